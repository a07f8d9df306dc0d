"""Interpreter archives: packing, safe unpacking, verification, and the sandbox. Builders use it, so no Django here."""
