"""The table as other programs and pages read it: one file for each foreign consumer, all pure."""
