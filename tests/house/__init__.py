"""The house itself: layers, words of the law kept out of code, locks, documents, tools."""
