"""What was filed and when: returns read from PDFs, transcripts, deadlines, interest."""
