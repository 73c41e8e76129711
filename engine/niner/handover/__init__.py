"""The rows of Form 8949 as other tax programs read them: written, read back, held against Schedule D."""
