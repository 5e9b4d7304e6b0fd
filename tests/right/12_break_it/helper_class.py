"""A small writer of sequences."""


class Script:
    def __init__(self) -> None:
        self.operations: list[tuple] = []

    def add(self, verb: str, *numbers: int) -> "Script":
        self.operations.append((verb, *numbers))
        return self


def break_it() -> list[list[tuple]]:
    script = Script().add("CREATE", 0, 100, 10).add("CREATE", 1, 200, 10).add("CREATE", 2, 0, 10)
    script.add("MOVE", 2, 300).add("MOVE", 2, 0).add("FLAGS", 1, 1).add("DELETE", 1)
    return [script.operations]
