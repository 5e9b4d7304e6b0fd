/*
 * Run the five functions of the founding mail on operations from stdin; print the state after each.
 *
 * The functions themselves are not here: the test cuts them out of a mail that it is given, into
 * seed_functions.h.  Everything in this file is our own.
 *
 *   input   R capacity                               begin anew
 *           U used_slots                             set used_slots by force
 *           C|D|M|F id gfn npages flags hva          CREATE, DELETE, MOVE, FLAGS_ONLY of this slot
 *   output  used|slots|stale|id_to_index|sites|in front of the array
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_CAPACITY = 512, MAX_WARNINGS = 4 * MAX_CAPACITY, IN_FRONT = 4 };

struct kvm_memory_slot {
	unsigned long long base_gfn, npages, userspace_addr;
	unsigned int flags;
	unsigned short id;
	unsigned char written; /* tells an entry that was stored from one that never was */
};

struct kvm_memslots {
	struct kvm_memory_slot *memslots; /* points behind IN_FRONT spare entries, so a store at -1 can be seen */
	short id_to_index[MAX_CAPACITY];
	int used_slots;
};

enum kvm_mr_change { KVM_MR_CREATE, KVM_MR_DELETE, KVM_MR_MOVE, KVM_MR_FLAGS_ONLY };

static int sites[MAX_WARNINGS], warnings;

static int warn(int condition, int site)
{
	if (condition && warnings < MAX_WARNINGS)
		sites[warnings++] = site;
	return condition;
}

/* Each use is a site of its own, numbered from 0 in the order of the text; every occurrence is kept. */
enum { BEFORE_FIRST_SITE = __COUNTER__ };
#define WARN_ON(condition) warn(!!(condition), __COUNTER__ - BEFORE_FIRST_SITE - 1)
#define WARN_ON_ONCE(condition) WARN_ON(condition)

#include "seed_functions.h"

_Static_assert(__COUNTER__ - BEFORE_FIRST_SITE - 1 == 5, "the five functions have five places that warn");

static struct kvm_memory_slot storage[IN_FRONT + MAX_CAPACITY];
static struct kvm_memslots slots;
static int capacity;

static void reset(int new_capacity)
{
	if (new_capacity < 1 || new_capacity > MAX_CAPACITY) {
		fprintf(stderr, "capacity %d is outside 1..%d\n", new_capacity, MAX_CAPACITY);
		exit(2);
	}
	memset(storage, 0, sizeof(storage));
	memset(&slots, 0, sizeof(slots));
	slots.memslots = storage + IN_FRONT;
	capacity = new_capacity;
	for (int id = 0; id < capacity; id++)
		slots.id_to_index[id] = -1;
}

static void print_slot(const struct kvm_memory_slot *slot)
{
	printf("%hu,%llu,%llu,%u,%llu ", slot->id, slot->base_gfn, slot->npages, slot->flags, slot->userspace_addr);
}

static void print_state(void)
{
	int used = slots.used_slots > 0 ? slots.used_slots : 0;

	printf("%d|", slots.used_slots);
	for (int i = 0; i < used; i++)
		print_slot(&slots.memslots[i]);
	printf("|");
	for (int i = used; i < capacity; i++)
		if (slots.memslots[i].written)
			print_slot(&slots.memslots[i]);
	printf("|");
	for (int id = 0; id < capacity; id++)
		printf("%hd ", slots.id_to_index[id]);
	printf("|");
	for (int i = 0; i < warnings; i++)
		printf("%d ", sites[i]);
	printf("|");
	for (int i = 0; i < IN_FRONT; i++)
		if (storage[i].written)
			print_slot(&storage[i]);
	printf("\n");
}

static void update(char verb, struct kvm_memory_slot *slot)
{
	if (slot->id >= capacity || (verb == 'C' && slots.used_slots >= capacity)) {
		fprintf(stderr, "%c of slot %u: outside the array of %d entries\n", verb, slot->id, capacity);
		exit(2);
	}
	warnings = 0;
	memset(storage, 0, IN_FRONT * sizeof(storage[0]));
	update_memslots(&slots, slot,
			verb == 'C' ? KVM_MR_CREATE :
			verb == 'D' ? KVM_MR_DELETE :
			verb == 'M' ? KVM_MR_MOVE : KVM_MR_FLAGS_ONLY);
	print_state();
}

int main(void)
{
	char verb;
	int number;

	reset(1);
	while (scanf(" %c %d", &verb, &number) == 2) {
		if (verb == 'R') {
			reset(number);
		} else if (verb == 'U') {
			slots.used_slots = number;
		} else {
			struct kvm_memory_slot slot = { .id = number, .written = 1 };

			if (!strchr("CDMF", verb) || scanf("%llu %llu %u %llu", &slot.base_gfn, &slot.npages,
							   &slot.flags, &slot.userspace_addr) != 4) {
				fprintf(stderr, "cannot read operation %c %d\n", verb, number);
				return 2;
			}
			update(verb, &slot);
		}
	}
	return 0;
}
