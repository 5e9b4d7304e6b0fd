"""The commands of the way through the course, a module a group; `memslot_lab.cli` adds them to its own."""
