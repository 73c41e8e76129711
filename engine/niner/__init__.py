"""Niner turns a crypto ledger into Form 8949, Schedule D and Form 1040-X."""

__version__ = "0.1.0"
