"""The command line and what it hands on: help, schemas, the assistant, letters, bundles."""
