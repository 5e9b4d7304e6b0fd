"""Marks in the forms that other systems take: JUnit, Gradescope, GitHub Classroom, nbgrader."""
