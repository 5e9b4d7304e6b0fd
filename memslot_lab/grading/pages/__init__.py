"""Pages that tell of a grading run: one for each submission, and one for the teacher."""
