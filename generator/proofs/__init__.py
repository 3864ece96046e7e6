"""Verify without seeing: salted commitments of records, RFC 6962 trees over them, proofs that open chosen fields."""
