"""What every exercise shares: cases, answers, judging, the report. Knows no exercise by name."""
