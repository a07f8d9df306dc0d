"""Addresses that staff enter and the portal fetches: which may be asked, and asking them without being led astray."""
