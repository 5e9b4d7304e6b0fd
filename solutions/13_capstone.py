# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     notebook_metadata_filter: -jupytext.text_representation.jupytext_version
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercise 13: replay a real boot
#
# **You will be able to** take what a real virtual machine asked of its kernel, request by request, and arrive at the
# array that the kernel had.
#
# **You need** the lesson [13 A real VM](../notebooks/13_a_real_vm.ipynb), and what you wrote in the exercises 03 to 08.
#
# **How long:** an hour. 10 points.

# %% [markdown]
# ## The whole set
#
# `replay_boot(requests)` gets a list of `UserspaceMemoryRegion`. It begins with an empty `Memslots(512)`. For each
# request it finds out what to do, and does it. It returns **two things**:
#
# 1. the array after the last request;
# 2. a list with one verdict for each request: the `Change` that was made, `None` where nothing had to be done, or the
#    name of the errno, `"EINVAL"` or `"EEXIST"`.

# %%
from memslot_lab.course import check, hint, solved
from memslot_lab.course.tasks.capstone import boot
from memslot_lab.engine import Change, MemorySlot, Memslots, UserspaceMemoryRegion
from memslot_lab.engine.region import PAGE_SIZE
from memslot_lab.views.array import show

requests = boot()
print(len(requests), "requests of a PC that boots. The first:")
requests[0]

# %% [markdown]
# ## Where the parts come from
#
# * **The verdict** is `classify()` of exercise 08, with the same twelve rules.
# * **The change** is `update_memslots()` of exercise 06, with its four helpers of the exercises 03 to 05.
# * **A slot** counts pages, a request bytes. A slot keeps the request's flags and its `userspace_addr`: the next request
#   for it is compared with them.
#
# A refused request changes nothing, and the machine goes on.

# %% [markdown]
# ## What you are free to do
#
# Only the two things that you return are judged: used entries, index table, verdicts. Paste what you have written
# into the answer cell, or write it anew and shorter. Sort anew after each request, if you like. What is done with the
# engine's own functions passes too, but then it is not yours.

# %% [markdown]
# ## Before you write
#
# Which of your functions need another one? Put them into one cell in an order in which each is there when it is
# called. Which of them is called first for a request?

# %% [markdown]
# ## Task 13.1: `replay_boot`
#
# Put your code in place of the last line. Helpers and imports of your own go into this cell too: a check outside the
# notebook runs this cell alone, with the imports from the top. The grader lends no `boot()`: an answer stands on its
# own. (The solution borrows the engine's functions to stay short; those the grader lends.)


# %% nbgrader={"grade": false, "grade_id": "replay_boot", "locked": false, "schema_version": 3, "solution": true}
def replay_boot(requests: list[UserspaceMemoryRegion]) -> tuple[Memslots, list[Change | str | None]]:
    """Return the array after all requests, and the verdict on each of them."""
    ### BEGIN SOLUTION
    from errno import errorcode

    from memslot_lab.engine import MemslotError, Vm, update_memslots

    vm, verdicts = Vm(509), []  # 512 ids, three of them the kernel's own
    for region in requests:
        try:
            verdicts.append(vm.classify(region))
        except MemslotError as error:
            verdicts.append(errorcode[error.errno])
        if isinstance(verdicts[-1], Change):
            gfn, npages = region.guest_phys_addr // PAGE_SIZE, region.memory_size // PAGE_SIZE
            slot = MemorySlot(region.slot, gfn, npages, region.flags, region.userspace_addr)
            update_memslots(vm.memslots[0], slot, verdicts[-1])
    return vm.memslots[0], verdicts
    ### END SOLUTION


# %% [markdown]
# To look at what your machine has in the end, take the `#` away:

# %%
# show(replay_boot(requests)[0])

# %% [markdown]
# ## Check it
#
# Small sequences of requests first, then two real logs: a PC that boots, and one with a hundred memory modules. A row
# of the table is a group of cases; below it stands the smallest that failed.

# %%
check(replay_boot)

# %% [markdown]
# You can check in a terminal, too. **Save first** (Ctrl+S), for it reads the file:
#
# ```
# memslot-lab check 13_capstone
# pytest exercises/
# ```

# %% [markdown]
# ## Stuck?
#
# `hint(replay_boot)` in a cell of your own asks you a question, `hint(replay_boot, 2)` says more, and
# `hint(replay_boot, 3)` nearly everything.

# %% [markdown]
# ## Points
#
# The next two cells are for the course: the first counts your points, the second ends in one line when everything
# passes, and in an error until then. They stay as they are.

# %% nbgrader={"grade": true, "grade_id": "points_replay_boot", "locked": true, "points": 10, "schema_version": 3, "solution": false}
check(replay_boot).points

# %% nbgrader={"grade": false, "grade_id": "solved", "locked": true, "schema_version": 3, "solution": false}
solved("13_capstone", replay_boot)
