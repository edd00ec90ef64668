# How the phases of a machine are made of a traced program: loops, and tile programs with as few steps as they can have.

@functools.cache
def _ufunc_row(numpy, ufunc, kind, result_kind):
    """Which of a ufunc's loops is of these types, -1 if none."""
    wanted, result = numpy.dtype(kind), numpy.dtype(result_kind)
    for row, types in enumerate(ufunc.types):
        taken, _, given = types.partition("->")
        if numpy.dtype(given) == result and all(numpy.dtype(code) == wanted for code in taken):
            return row
    return -1


cdef class _Builder:
    """Makes the phases of a machine."""
    cdef _Machine machine
    cdef list steps
    cdef bint is_own  # whether exp and the like are this package's
    cdef int count, leaf_count
    cdef int *uses  # of each value, by steps that are needed
    cdef bint *is_done
    cdef int *domain  # of each step: FC_FLOAT32 or FC_FLOAT64 for tiles, -1 for loops
    cdef int[3] *argument
    cdef int *argument_count
    cdef int capacity, operand_capacity
    # Of the tile program that is being made.
    cdef int kind
    cdef bint *is_inside
    cdef int *remaining  # uses inside that are still to come
    cdef int *place  # the operand in which a value is, or its mask; -1
    cdef list free_slots

    def __cinit__(self, _Machine machine, steps, bint is_own):
        cdef int i, k
        self.machine = machine
        self.steps = list(steps)
        self.is_own = is_own
        self.count = len(steps)
        self.leaf_count = machine.leaf_count
        cdef size_t values = machine.value_count
        self.uses = <int *>_allocate(values * sizeof(int))
        self.is_done = <bint *>_allocate(values * sizeof(bint))
        self.domain = <int *>_allocate(values * sizeof(int))
        self.is_inside = <bint *>_allocate(values * sizeof(bint))
        self.remaining = <int *>_allocate(values * sizeof(int))
        self.place = <int *>_allocate(values * sizeof(int))
        self.argument = <int[3] *>_allocate(values * sizeof(int[3]))
        self.argument_count = <int *>_allocate(values * sizeof(int))
        for i in range(machine.value_count):
            self.uses[i] = 0
            self.is_done[i] = i < self.leaf_count
            self.is_inside[i] = False
            self.domain[i] = -1
            machine.row[i] = -1
        for i in range(self.count):
            step = self.steps[i]
            arguments = step.arguments
            self.argument_count[i] = len(arguments)
            for k in range(self.argument_count[i]):
                self.argument[i][k] = arguments[k]
            machine.value_size[self.leaf_count + i] = fc_kind_size(_KINDS[step.result])
            machine.origin[self.leaf_count + i] = -1
            if step.operation == "cast" and self.argument[i][0] < self.leaf_count:
                machine.origin[self.leaf_count + i] = self.argument[i][0]

    def __dealloc__(self):
        PyMem_RawFree(self.uses)
        PyMem_RawFree(self.is_done)
        PyMem_RawFree(self.domain)
        PyMem_RawFree(self.is_inside)
        PyMem_RawFree(self.remaining)
        PyMem_RawFree(self.place)
        PyMem_RawFree(self.argument)
        PyMem_RawFree(self.argument_count)

    cdef inline bint is_step(self, int value) noexcept:
        return value >= self.leaf_count

    cdef inline object step_of(self, int value):
        return self.steps[value - self.leaf_count]

    cdef inline int argument_of(self, int value, int k) noexcept:
        return self.argument[value - self.leaf_count][k]

    cdef bint build(self) except -1:
        """Make the phases; False if a step has no loop."""
        cdef int i, k, value, before, kind
        cdef _Machine machine = self.machine
        self.uses[machine.result] = 1
        for i in range(self.count - 1, -1, -1):
            if self.uses[self.leaf_count + i]:
                for k in range(self.argument_count[i]):
                    self.uses[self.argument[i][k]] += 1
        for i in range(self.count):
            if self.uses[self.leaf_count + i]:
                self.domain[self.leaf_count + i] = self.find_domain(i)
        self.capacity = 10 * self.count + 16
        self.operand_capacity = 8 * self.count + machine.value_count + 16
        machine.phase = <Phase *>_allocate((self.count + 1) * sizeof(Phase))
        machine.tile_step = <fc_tile_step *>_allocate(self.capacity * sizeof(fc_tile_step))
        machine.step_kind = <uint8_t *>_allocate(self.capacity)
        machine.tile_operand = <TileOperand *>_allocate(self.operand_capacity * sizeof(TileOperand))
        machine.tile_uses = <uint8_t *>_allocate(self.operand_capacity)
        machine.patch = <Patch *>_allocate(self.capacity * sizeof(Patch))
        for i in range(self.count):
            self.join_product(i)
        for i in range(self.count):
            self.join_affine(i)
        while not self.is_done[machine.result]:
            before = machine.phase_count
            for i in range(self.count):
                value = self.leaf_count + i
                if self.uses[value] and not self.is_done[value] and self.domain[value] < 0 and self.is_ready(i):
                    if not self.add_loop(i):
                        return False
            for kind in (FC_FLOAT64, FC_FLOAT32):
                self.add_tiles(kind)
            if machine.phase_count == before:
                raise RuntimeError("vectorize: a program whose steps are not in order")
        self.give_rows()
        machine.cost += machine.tile_step_count
        for i in range(machine.phase_count):
            if machine.phase[i].sort != TILE_PHASE:
                machine.cost += ELEMENTARY_COST if machine.phase[i].sort == UFUNC_PHASE else 2
        machine.is_single_tile = machine.phase_count == 1 and machine.phase[0].sort == TILE_PHASE
        return True

    cdef int join_product(self, int i) except -1:
        """Make one loop of an integer product with a constant and the sum of it and another."""
        cdef int value = self.leaf_count + i, product, constant, factor, scale
        step = self.steps[i]
        if step.operation != "add" or step.kind == "bool" or not self.uses[value] or self.domain[value] >= 0:
            return 0
        product, constant = self.argument[i][0], self.argument[i][1]
        if self.machine.is_uniform(product):
            product, constant = constant, product
        if not self.machine.is_uniform(constant) or not self.is_step(product) or self.uses[product] != 1:
            return 0
        if self.step_of(product).operation != "multiply" or self.step_of(product).kind != step.kind:
            return 0
        factor, scale = self.argument_of(product, 0), self.argument_of(product, 1)
        if self.machine.is_uniform(factor):
            factor, scale = scale, factor
        if self.machine.is_uniform(factor) or not self.machine.is_uniform(scale):
            return 0
        self.argument[i][0], self.argument[i][1], self.argument[i][2] = factor, scale, constant
        self.argument_count[i] = 3
        self.uses[product] = 0
        self.steps[i] = _pure_transforms.Step("multiply_add", step.kind, step.result, (factor, scale, constant))
        return 0

    cdef int join_affine(self, int i) except -1:
        """Make one step of a conversion of integers and the product with and sum with constants before it."""
        cdef int value = self.leaf_count + i, integer, x, scale
        step = self.steps[i]
        if step.operation != "cast" or step.result != "float64" or step.kind not in _AFFINE_TILES:
            return 0
        integer = self.argument[i][0]
        if not self.is_step(integer) or self.uses[integer] != 1 or not self.uses[value]:
            return 0
        cdef str operation = self.step_of(integer).operation
        if operation not in ("multiply_add", "multiply", "add", "subtract", "negative"):
            return 0
        x = self.argument_of(integer, 0)
        if operation == "multiply_add":
            self.argument[i][1], self.argument[i][2] = self.argument_of(integer, 1), self.argument_of(integer, 2)
        elif operation != "negative":
            scale = self.argument_of(integer, 1)
            if self.machine.is_uniform(x):
                x, scale = scale, x
                operation = "subtract_from" if operation == "subtract" else operation
            if not self.machine.is_uniform(scale):
                return 0
            self.argument[i][1] = scale
        if self.machine.is_uniform(x):
            return 0
        self.argument[i][0] = x
        self.argument_count[i] = self.argument_count[integer - self.leaf_count]
        self.uses[integer] = 0
        self.machine.origin[value] = -1
        self.steps[i] = _pure_transforms.Step("load_" + operation, step.kind, step.result, ())
        return 0

    cdef bint is_ready(self, int i) noexcept:
        cdef int k
        for k in range(self.argument_count[i]):
            if not self.is_done[self.argument[i][k]]:
                return False
        return True

    cdef int find_domain(self, int i) except -2:
        """The float kind whose tiles do a step, or -1."""
        step = self.steps[i]
        cdef str operation = step.operation
        cdef str kind = step.kind
        cdef int k
        if kind == "bool" and operation.startswith("logical"):
            for k in range(self.argument_count[i]):
                if self.domain[self.argument[i][k]] >= 0:
                    return self.domain[self.argument[i][k]]
            return -1
        if operation == "cast":
            if (kind, step.result) in _LOAD_TILES:
                return _KINDS[step.result]
            return -1
        if kind != "float64" and kind != "float32":
            return -1
        if (operation in _BINARY_TILES or operation in _UNARY_TILES or operation in ("where", "clip", "isnan")
                or (self.is_own and operation in _OWN_TILES)):
            return FC_FLOAT64 if kind == "float64" else FC_FLOAT32
        return -1

    # ---- loops ----

    cdef bint add_loop(self, int i) except -1:
        """A phase for a step that is no tile's; False if there is no such loop."""
        cdef _Machine machine = self.machine
        cdef Phase *phase = &machine.phase[machine.phase_count]
        cdef int k
        step = self.steps[i]
        if step.kind not in _KINDS or "float16" in (step.kind, step.result):
            return False
        phase.sort = LOOP_PHASE
        phase.kind = _KINDS[step.kind]
        phase.result_kind = _KINDS[step.result]
        phase.result = self.leaf_count + i
        phase.operand_count = self.argument_count[i]
        for k in range(phase.operand_count):
            phase.operand[k] = self.argument[i][k]
        phase.operation = _LOOPS.get(step.operation, FC_OPERATION_COUNT)
        if step.operation == "cast":
            if fc_transforms.cast[phase.kind][phase.result_kind] == NULL:
                return False
        elif phase.operation == FC_OPERATION_COUNT or fc_transforms.loop[phase.operation][phase.kind] == NULL:
            if not self.find_ufunc(step, phase):
                return False
        machine.phase_count += 1
        self.is_done[self.leaf_count + i] = True
        machine.row[self.leaf_count + i] = 0
        return True

    cdef bint find_ufunc(self, step, Phase *phase) except -1:
        """NumPy's inner loop for a step; False if it has none, or may raise an error."""
        cdef int row
        if step.kind == "bool" or (step.operation in _RAISING and not step.kind.startswith("float")):
            return False
        try:
            import numpy
        except ModuleNotFoundError:
            return False
        ufunc = getattr(numpy, step.operation, None)
        if type(ufunc) is not numpy.ufunc or ufunc.nin != phase.operand_count or ufunc.nout != 1:
            return False
        row = _ufunc_row(numpy, ufunc, step.kind, step.result)
        if row < 0 or FC_UFUNC_LOOP(<PyObject *>ufunc, row) == NULL:
            return False
        phase.sort = UFUNC_PHASE
        phase.loop = FC_UFUNC_LOOP(<PyObject *>ufunc, row)
        phase.data = FC_UFUNC_DATA(<PyObject *>ufunc, row)
        self.machine.ufuncs.append(ufunc)
        return True

    cdef int give_rows(self) except -1:
        """Rows of scratch for the values that pass from one phase to another, each as long as it is needed."""
        cdef _Machine machine = self.machine
        cdef int p, k, value, first
        cdef Phase *phase
        last_use = {}
        for p in range(machine.phase_count):
            for value in self.values_of(&machine.phase[p]):
                last_use[value] = p
        machine.row[machine.result] = -1
        free_rows = []
        given = set()
        for p in range(machine.phase_count):
            values = self.values_of(&machine.phase[p])
            for value in values:
                if self.is_step(value) and value != machine.result and value not in given:
                    given.add(value)
                    if not free_rows:
                        free_rows.append(machine.row_count)
                        machine.row_count += 1
                    machine.row[value] = free_rows.pop()
            for value in set(values):
                if self.is_step(value) and value != machine.result and last_use[value] == p:
                    free_rows.append(machine.row[value])
        return 0

    cdef list values_of(self, Phase *phase):
        """The values that a phase takes and makes."""
        cdef int k
        values = []
        if phase.sort == TILE_PHASE:
            for k in range(phase.first_operand, phase.first_operand + phase.tile_operand_count):
                if self.machine.tile_operand[k].value >= 0:
                    values.append(self.machine.tile_operand[k].value)
        else:
            for k in range(phase.operand_count):
                values.append(phase.operand[k])
            values.append(phase.result)
        return values

    # ---- tile programs ----

    cdef int add_tiles(self, int kind) except -1:
        """One tile program of all steps of a float kind that need nothing but what is there and each other."""
        cdef _Machine machine = self.machine
        cdef int i, k, value, argument
        cdef list inside = [], roots = []
        for i in range(self.count):
            value = self.leaf_count + i
            self.is_inside[value] = False
            if self.is_done[value] or self.domain[value] != kind:
                continue
            for k in range(self.argument_count[i]):
                argument = self.argument[i][k]
                # A cast takes what is in memory.
                if not self.is_done[argument] and not (
                        self.is_inside[argument] and (not self.is_load(i) or self.is_mask(argument))):
                    break
            else:
                self.is_inside[value] = True
                inside.append(value)
        if not inside:
            return 0
        for value in range(machine.value_count):
            self.remaining[value] = 0
            self.place[value] = -1
        for value in inside:
            i = value - self.leaf_count
            for k in range(self.argument_count[i]):
                self.remaining[self.argument[i][k]] += 1
        for value in inside:
            if value == machine.result or self.remaining[value] < self.uses[value]:
                roots.append(value)
        cdef Phase *phase = &machine.phase[machine.phase_count]
        phase.sort = TILE_PHASE
        phase.kind = kind
        phase.first_step = machine.tile_step_count
        phase.first_operand = machine.tile_operand_count
        phase.tile_operand_count = 0
        phase.slot_count = 0
        machine.phase_count += 1
        self.kind = kind
        self.free_slots = []
        for value in roots:
            self.remaining[value] += 1
        last = roots[len(roots) - 1]
        for value in roots:
            self.add_root(phase, value, value == last)
        phase.step_count = machine.tile_step_count - phase.first_step
        machine.most_slots = builtins.max(machine.most_slots, phase.slot_count)
        machine.most_tile_operands = builtins.max(machine.most_tile_operands, phase.tile_operand_count)
        for value in inside:
            self.is_done[value] = True
        for value in roots:
            machine.row[value] = 0
        return 0

    cdef bint is_load(self, int i) except -1:
        return self.steps[i].operation == "cast" or self.steps[i].operation.startswith("load_")

    cdef bint is_mask(self, int value) except -1:
        return self.is_step(value) and self.step_of(value).result == "bool"

    cdef int add_root(self, Phase *phase, int value, bint is_last) except -1:
        """Make a value and store it where other phases, or the caller, find it."""
        cdef int mask, operand
        if is_last and self.is_mask(value) and (self.store_test(phase, value) or self.store_range_test(phase, value)):
            return 0
        if self.is_mask(value):
            mask = self.make_mask(phase, value)
            operand = self.memory_operand(phase, value, FC_TILE_OUTPUT)
            self.emit(phase, FC_TILE_MASK_STORE_LAST if is_last else FC_TILE_MASK_STORE, operand, mask)
            self.consume(value)
        else:
            self.make(phase, value)
            operand = self.memory_operand(phase, value, FC_TILE_OUTPUT)
            self.emit(phase, FC_TILE_STORE_LAST if is_last else FC_TILE_STORE, operand, 0)
        return 0

    cdef bint test_of(self, int value, int *operand, int *constant, int *operation) except -1:
        """Whether a condition compares an operand in memory with a constant, still to be made and for one use."""
        cdef int x, y
        if not (self.is_inside[value] and self.place[value] < 0 and self.remaining[value] == 1):
            return False
        tests = _TEST_TILES.get(self.step_of(value).operation)
        if tests is None:
            return False
        x = self.argument_of(value, 0)
        y = self.argument_of(value, 1)
        if self.is_constant(x) == self.is_constant(y):
            return False
        operand[0], constant[0] = (y, x) if self.is_constant(x) else (x, y)
        operation[0] = tests[self.is_constant(x)]
        return self.is_in_memory(operand[0])

    cdef bint store_test(self, Phase *phase, int value) except -1:
        """A comparison with a constant that is written as it is made."""
        cdef int operand, constant, operation, r
        if not self.test_of(value, &operand, &constant, &operation):
            return False
        r = self.memory(phase, operand)
        self.emit_with(phase, operation + _FROM_TEST_TO_STORE, r, self.memory_operand(phase, value, FC_TILE_OUTPUT),
                       constant, AS_IT_IS)
        self.consume(operand)
        self.consume(value)
        return True

    cdef bint store_range_test(self, Phase *phase, int value) except -1:
        """Both of a lower and an upper bound, written as they are tested."""
        cdef int x, y, operand, other, low, high, lower, upper, r, step
        if not self.is_fresh(value, "logical_and"):
            return False
        x = self.argument_of(value, 0)
        y = self.argument_of(value, 1)
        if not (self.test_of(x, &operand, &low, &lower) and self.test_of(y, &other, &high, &upper)):
            return False
        if lower in (FC_TILE_TEST_LESS, FC_TILE_TEST_LESS_EQUAL):
            low, high, lower, upper = high, low, upper, lower
        if (operand != other or lower not in (FC_TILE_TEST_GREATER, FC_TILE_TEST_GREATER_EQUAL)
                or upper not in (FC_TILE_TEST_LESS, FC_TILE_TEST_LESS_EQUAL)):
            return False
        r = self.memory(phase, operand)
        step = self.emit_with(
            phase,
            FC_TILE_STORE_BETWEEN + (upper == FC_TILE_TEST_LESS_EQUAL) + 2 * (lower == FC_TILE_TEST_GREATER_EQUAL),
            r, self.memory_operand(phase, value, FC_TILE_OUTPUT), low, AS_IT_IS)
        self.set_constant(step, high, AS_IT_IS, True)
        self.consume(operand)
        self.consume(operand)
        self.consume(x)
        self.consume(y)
        self.consume(value)
        return True

    cdef int emit(self, Phase *phase, int operation, int r, int s) except -1:
        """A step of the program; returns its number."""
        cdef fc_tile_step *step = &self.machine.tile_step[self.machine.tile_step_count]
        step.operation = operation
        step.r = r
        step.s = s
        step.k.float64 = 0
        step.k2.float64 = 0
        self.machine.step_kind[self.machine.tile_step_count] = self.kind
        self.machine.tile_step_count += 1
        return self.machine.tile_step_count - 1

    cdef int set_constant(self, int step, int leaf, ConstantUse use, bint is_second=False) except -1:
        """A constant of a step: now, or at each run if it is a number passed as an operand."""
        cdef _Machine machine = self.machine
        cdef Patch *patch
        if machine.leaf_operand[leaf] < 0:
            _set_leaf(&machine.tile_step[step], self.kind, machine.leaf_kind[leaf], machine.constants + 8 * leaf, use,
                      is_second)
            return 0
        patch = &machine.patch[machine.patch_count]
        patch.step = step
        patch.leaf = leaf
        patch.use = use
        patch.is_second = is_second
        machine.patch_count += 1
        return 0

    cdef int emit_with(self, Phase *phase, int operation, int r, int s, int leaf, ConstantUse use) except -1:
        cdef int step = self.emit(phase, operation, r, s)
        self.set_constant(step, leaf, use)
        return step

    cdef int new_operand(self, Phase *phase, int value, int slot, int size, int use) except -1:
        cdef int position = phase.first_operand + phase.tile_operand_count
        self.machine.tile_operand[position].value = value
        self.machine.tile_operand[position].slot = slot
        self.machine.tile_operand[position].size = size
        self.machine.tile_uses[position] = use
        phase.tile_operand_count += 1
        self.machine.tile_operand_count += 1
        return phase.tile_operand_count - 1

    cdef int memory_operand(self, Phase *phase, int value, int use) except -1:
        """The operand that is a value's memory: an array's or a row."""
        cdef int k
        for k in range(phase.tile_operand_count):
            if self.machine.tile_operand[phase.first_operand + k].value == value:
                self.machine.tile_uses[phase.first_operand + k] |= use
                return k
        self.machine.uniform_tile_operands += self.machine.is_uniform(value)
        return self.new_operand(phase, value, -1, self.machine.value_size[value], use)

    cdef int new_slot(self, Phase *phase) except -1:
        """An operand that is a tile kept aside."""
        if self.free_slots:
            return self.free_slots.pop()
        phase.slot_count += 1
        return self.new_operand(phase, -1, phase.slot_count - 1, 0, 0)

    cdef int consume(self, int value) except -1:
        """One use less to come; after the last its slot is free."""
        self.remaining[value] -= 1
        if self.remaining[value] == 0 and self.place[value] >= 0 and self.is_inside[value]:
            self.free_slots.append(self.place[value])
            self.place[value] = -1
        return 0

    cdef int memory(self, Phase *phase, int value) except -2:
        """The operand in which a float value is, or -1 if it is a constant or still to be made."""
        if self.is_inside[value]:
            return self.place[value]
        if self.machine.is_uniform(value):
            return -1
        return self.memory_operand(phase, value, FC_TILE_INPUT)

    cdef bint is_in_memory(self, int value) except -1:
        return self.place[value] >= 0 if self.is_inside[value] else not self.machine.is_uniform(value)

    cdef bint is_constant(self, int value) noexcept:
        return self.machine.is_uniform(value)

    cdef bint is_fresh(self, int value, str operation) except -1:
        """Whether a value is still to be made, by this operation and for one use: so that its step may be part of
        another."""
        return (self.is_inside[value] and self.place[value] < 0 and self.remaining[value] == 1
                and self.step_of(value).operation == operation)

    cdef int make(self, Phase *phase, int value) except -1:
        """Steps that leave a float value in the tile, for one use of it."""
        cdef int slot
        if self.is_in_memory(value):
            self.emit(phase, FC_TILE_LOAD, self.memory(phase, value), 0)
            self.consume(value)
        elif self.is_constant(value):
            self.emit_with(phase, FC_TILE_FILL, 0, 0, value, AS_IT_IS)
        else:
            self.compute(phase, value)
            self.remaining[value] -= 1
            if self.remaining[value] > 0:
                slot = self.new_slot(phase)
                self.place[value] = slot
                self.emit(phase, FC_TILE_STORE, slot, 0)
        return 0

    cdef int hold(self, Phase *phase, int value) except -1:
        """The operand in which a float value is, made and kept there if need be; a use of it is still to come."""
        cdef int slot
        if self.is_in_memory(value):
            return self.memory(phase, value)
        if self.is_constant(value):
            slot = self.new_slot(phase)
            self.emit_with(phase, FC_TILE_FILL, 0, 0, value, AS_IT_IS)
            self.emit(phase, FC_TILE_STORE, slot, 0)
            return slot  # in use to the end
        self.compute(phase, value)
        slot = self.new_slot(phase)
        self.place[value] = slot
        self.emit(phase, FC_TILE_STORE, slot, 0)
        return slot

    cdef int compute(self, Phase *phase, int value) except -1:
        """Steps for the operation that makes a float value."""
        cdef str operation = self.step_of(value).operation
        cdef int x = self.argument_of(value, 0)
        cdef int step
        if operation == "cast":
            self.compute_cast(phase, value, x)
        elif operation.startswith("load_"):
            self.load_affine(phase, value, x, operation)
        elif operation == "where":
            self.compute_where(phase, x, self.argument_of(value, 1), self.argument_of(value, 2))
        elif operation == "clip":
            if self.is_in_memory(x):
                step = self.emit(phase, FC_TILE_LOAD_CLIP_K, self.memory(phase, x), 0)
                self.consume(x)
            else:
                self.make(phase, x)
                step = self.emit(phase, FC_TILE_CLIP_K, 0, 0)
            self.set_constant(step, self.argument_of(value, 1), LOW_BOUND)
            self.set_constant(step, self.argument_of(value, 2), HIGH_BOUND, True)
        elif operation in _UNARY_TILES:
            self.make(phase, x)
            self.emit(phase, _UNARY_TILES[operation], 0, 0)
        elif operation in _OWN_TILES:
            self.make(phase, x)
            self.emit(phase, _OWN_TILES[operation], 0, 0)
            self.machine.cost += ELEMENTARY_COST
        elif operation == "multiply" and self.load_power(phase, value):
            pass
        elif operation in ("add", "subtract") and self.compute_sum(phase, operation, x, self.argument_of(value, 1)):
            pass
        else:
            self.compute_binary(phase, operation, x, self.argument_of(value, 1), 0)
        return 0

    cdef int compute_cast(self, Phase *phase, int value, int x) except -1:
        cdef int mask
        step = self.step_of(value)
        if self.is_inside[x]:
            mask = self.make_mask(phase, x)
            self.emit(phase, FC_TILE_FILL, 0, 0)
            step_number = self.emit(phase, FC_TILE_SELECT_K, 0, mask)
            _set_constant(&self.machine.tile_step[step_number], self.kind, 1.0, AS_IT_IS, False)
            self.consume(x)
        else:
            # A number is a constant of its own kind already; were it not, its element would be loaded again and again.
            self.emit(phase, _LOAD_TILES[step.kind, step.result], self.memory_operand(phase, x, FC_TILE_INPUT), 0)
        return 0

    cdef int load_affine(self, Phase *phase, int value, int x, str operation) except -1:
        """A load of integers of which a multiple, plus a constant, is converted."""
        cdef int step = self.emit(phase, _AFFINE_TILES[self.step_of(value).kind],
                                  self.memory_operand(phase, x, FC_TILE_INPUT), 0)
        self.machine.tile_step[step].k.int64 = -1 if operation in ("load_subtract_from", "load_negative") else 1
        self.machine.tile_step[step].k2.int64 = 0
        if operation in ("load_multiply", "load_multiply_add"):
            self.set_constant(step, self.argument_of(value, 1), INTEGER)
        if operation == "load_multiply_add":
            self.set_constant(step, self.argument_of(value, 2), INTEGER, True)
        elif operation not in ("load_multiply", "load_negative"):
            self.set_constant(step, self.argument_of(value, 1),
                              NEGATED_INTEGER if operation == "load_subtract" else INTEGER, True)
        return 0

    cdef int compute_binary(self, Phase *phase, str operation, int x, int y, int s) except -1:
        """A binary operation; a comparison's mask is s."""
        cdef int operand
        tests = _TEST_TILES.get(operation)
        if tests is not None and self.is_constant(x) != self.is_constant(y):
            operand = y if self.is_constant(x) else x
            if self.is_in_memory(operand):
                self.emit_with(phase, tests[operand == y], self.memory(phase, operand), s,
                               x if operand == y else y, AS_IT_IS)
                self.consume(operand)
                return 0
        in_order, reversed_order, with_constant, reversed_constant = _BINARY_TILES[operation]
        cdef ConstantUse use = AS_IT_IS
        if self.is_constant(y) and not self.is_constant(x):
            self.make(phase, x)
            if operation == "subtract":
                use = NEGATED
            elif operation == "divide":
                use = DIVISOR
            self.emit_with(phase, with_constant, 0, s, y, use)
        elif self.is_constant(x) and not self.is_constant(y):
            self.make(phase, y)
            self.emit_with(phase, reversed_constant, 0, s, x, AS_IT_IS)
        elif x == y:
            if operation == "multiply":
                self.remaining[x] -= 1
                self.make(phase, x)
                self.emit(phase, FC_TILE_SQUARE, 0, 0)
            else:
                self.make(phase, x)
                operand = self.hold(phase, y)
                self.emit(phase, in_order, operand, s)
                self.consume(y)
        elif self.is_in_memory(x) and not self.is_in_memory(y):
            self.make(phase, y)
            self.emit(phase, reversed_order, self.memory(phase, x), s)
            self.consume(x)
        else:
            operand = self.hold(phase, y)
            self.make(phase, x)
            self.emit(phase, in_order, operand, s)
            self.consume(y)
        return 0

    # ---- several operations in one step ----

    cdef int power_of(self, int value, int *factor, int *scale) except -1:
        """How often an operand in memory is multiplied with a constant and itself, (k*m)*m, by steps that are still to
        be made, for one use each; 0 if a value is nothing of the sort."""
        cdef int x, y, power
        if not self.is_fresh(value, "multiply"):
            return 0
        x = self.argument_of(value, 0)
        y = self.argument_of(value, 1)
        if self.is_constant(x):
            x, y = y, x
        if self.is_constant(y):
            if self.is_constant(x) or not self.is_in_memory(x):
                return 0
            factor[0] = x
            scale[0] = y
            return 1
        if self.is_in_memory(x) and not self.is_in_memory(y):
            x, y = y, x
        power = self.power_of(x, factor, scale)
        return power + 1 if 0 < power < 3 and y == factor[0] else 0

    cdef int consume_power(self, int value, int factor) except -1:
        """Take all that `power_of` has found as used; the value itself is left to the caller."""
        cdef int k, x
        for k in range(2):
            x = self.argument_of(value, k)
            if x == factor:
                self.consume(x)
            elif not self.is_constant(x):
                self.remaining[x] = 0
                self.consume_power(x, factor)
        return 0

    cdef bint load_power(self, Phase *phase, int value) except -1:
        """A product of two operands in memory, or of one with a constant, from memory straight."""
        cdef int factor, scale, x = self.argument_of(value, 0), y = self.argument_of(value, 1)
        cdef int remaining = self.remaining[value]
        self.remaining[value] = 1
        cdef int power = self.power_of(value, &factor, &scale)
        self.remaining[value] = remaining
        if power:
            self.emit_with(phase, (FC_TILE_LOAD_MULTIPLY_K, FC_TILE_LOAD_SQUARE_K, FC_TILE_LOAD_CUBE_K)[power - 1],
                           self.memory(phase, factor), 0, scale, AS_IT_IS)
            self.consume_power(value, factor)
            return True
        if self.is_in_memory(x) and self.is_in_memory(y):
            self.emit(phase, FC_TILE_LOAD_SQUARE if x == y else FC_TILE_LOAD_PRODUCT, self.memory(phase, x),
                      self.memory(phase, y))
            self.consume(x)
            self.consume(y)
            return True
        return False

    cdef bint compute_sum(self, Phase *phase, str operation, int x, int y) except -1:
        """A sum or difference with a product or a constant, where there is a step for it."""
        cdef bint is_sum = operation == "add"
        cdef ConstantUse use = AS_IT_IS if is_sum else NEGATED
        if is_sum and self.is_constant(x):
            x, y = y, x
        if self.is_constant(y):
            return not self.is_constant(x) and self.add_constant(phase, x, y, use)
        if x == y:
            return False
        if self.add_term(phase, x, y, use):
            return True
        return is_sum and self.add_term(phase, y, x, use)

    cdef bint add_constant(self, Phase *phase, int x, int constant, ConstantUse use) except -1:
        """A product and a constant, or a sum with a product and a constant."""
        cdef int u, v, step
        if not self.is_fresh(x, "multiply"):
            return self.add_to_sum(phase, x, constant, use)
        u = self.argument_of(x, 0)
        v = self.argument_of(x, 1)
        if self.is_constant(u):
            u, v = v, u
        if self.is_constant(u):
            return False
        if self.is_constant(v):
            if self.is_in_memory(u):
                step = self.emit_with(phase, FC_TILE_LOAD_MULTIPLY_ADD_K, self.memory(phase, u), 0, v, AS_IT_IS)
                self.consume(u)
            else:
                self.make(phase, u)
                step = self.emit_with(phase, FC_TILE_MULTIPLY_ADD_K, 0, 0, v, AS_IT_IS)
            self.set_constant(step, constant, use, True)
        else:
            if self.is_in_memory(u):
                u, v = v, u
            if u == v or self.is_in_memory(u) or not self.is_in_memory(v):
                return False
            self.make(phase, u)
            self.emit_with(phase, FC_TILE_HORNER, self.memory(phase, v), 0, constant, use)
            self.consume(v)
        self.remaining[x] = 0
        return True

    cdef bint add_to_sum(self, Phase *phase, int x, int constant, ConstantUse use) except -1:
        """(u + k*m) + k2, or (u - k*m) + k2, of an operand m in memory."""
        cdef int u, term, step, factor, scale
        cdef bint is_sum = self.is_fresh(x, "add")
        if not is_sum and not self.is_fresh(x, "subtract"):
            return False
        u = self.argument_of(x, 0)
        term = self.argument_of(x, 1)
        if is_sum and self.power_of(term, &factor, &scale) != 1:
            u, term = term, u
        if self.is_constant(u) or self.power_of(term, &factor, &scale) != 1:
            return False
        self.make(phase, u)
        step = self.emit_with(phase, FC_TILE_ADD_MULTIPLE_K, self.memory(phase, factor), 0, scale,
                              AS_IT_IS if is_sum else NEGATED)
        self.set_constant(step, constant, use, True)
        self.consume_power(term, factor)
        self.remaining[term] = 0
        self.remaining[x] = 0
        return True

    cdef bint add_term(self, Phase *phase, int x, int term, ConstantUse use) except -1:
        """A value and a product of operands in memory: x + term, or x - term if the constant is to be negated."""
        cdef int factor, scale, u, v, other_factor, other_scale, step
        cdef int power = self.power_of(term, &factor, &scale)
        if power == 2 and self.power_of(x, &other_factor, &other_scale) == 3 and other_factor == factor:
            step = self.emit_with(phase, FC_TILE_LOAD_CUBE_SQUARE_K, self.memory(phase, factor), 0, other_scale,
                                  AS_IT_IS)
            self.set_constant(step, scale, use, True)
            self.consume_power(x, factor)
            self.remaining[x] = 0
            self.consume_power(term, factor)
        elif power:
            self.make(phase, x)
            # Making x may have made the factor's place another, but not taken it away: a use is still to come.
            self.emit_with(phase, (FC_TILE_ADD_MULTIPLE, FC_TILE_ADD_SQUARE_K, FC_TILE_ADD_CUBE_K)[power - 1],
                           self.memory(phase, factor), 0, scale, use)
            self.consume_power(term, factor)
        elif use == AS_IT_IS and self.is_fresh(term, "multiply"):
            u = self.argument_of(term, 0)
            v = self.argument_of(term, 1)
            if self.is_constant(u) or self.is_constant(v) or not (self.is_in_memory(u) and self.is_in_memory(v)):
                return False
            self.make(phase, x)
            self.emit(phase, FC_TILE_ADD_SQUARE if u == v else FC_TILE_ADD_PRODUCT, self.memory(phase, u),
                      self.memory(phase, v))
            self.consume(u)
            self.consume(v)
        else:
            return False
        self.remaining[term] = 0
        return True

    # ---- conditions ----

    cdef int compute_where(self, Phase *phase, int condition, int x, int y) except -1:
        cdef int mask, operand
        if self.select_by_comparison(phase, condition, x, y):
            return 0
        mask = self.make_mask(phase, condition)
        if self.is_constant(x):
            self.make(phase, y)
            self.emit_with(phase, FC_TILE_SELECT_K, 0, mask, x, AS_IT_IS)
        elif self.is_constant(y):
            self.make(phase, x)
            self.emit_with(phase, FC_TILE_KEEP_K, 0, mask, y, AS_IT_IS)
        elif self.is_in_memory(y) and not self.is_in_memory(x):
            self.make(phase, x)
            self.emit(phase, FC_TILE_KEEP, self.memory(phase, y), mask)
            self.consume(y)
        else:
            operand = self.hold(phase, x)
            self.make(phase, y)
            self.emit(phase, FC_TILE_SELECT, operand, mask)
            self.consume(x)
        if self.is_inside[condition]:
            self.consume(condition)
        else:
            self.free_slots.append(mask)
        return 0

    cdef bint select_by_comparison(self, Phase *phase, int condition, int x, int y) except -1:
        """where(m < k, n, y), in one step after y, of operands m and n in memory."""
        cdef int u, v, other, kept
        cdef bint is_exchanged = False, is_reversed = False
        if not (self.is_inside[condition] and self.place[condition] < 0 and self.remaining[condition] == 1):
            return False
        selections = _SELECTIONS.get(self.step_of(condition).operation)
        if selections is None:
            return False
        u = self.argument_of(condition, 0)
        v = self.argument_of(condition, 1)
        if self.is_constant(u):
            u, v = v, u
            is_reversed = True
        if self.is_constant(u) or not self.is_constant(v) or not self.is_in_memory(u):
            return False
        kept, other = x, y
        if self.is_constant(kept) or not self.is_in_memory(kept):
            kept, other = y, x
            is_exchanged = True
        if self.is_constant(kept) or not self.is_in_memory(kept):
            return False
        cdef int operation = selections[is_reversed + 2 * is_exchanged], step, factor, scale
        if u == kept and self.power_of(other, &factor, &scale) == 1 and factor == u:
            step = self.emit_with(phase, operation + _FROM_SELECT_TO_LEAK, self.memory(phase, u), 0, v, AS_IT_IS)
            self.set_constant(step, scale, AS_IT_IS, True)
            self.consume_power(other, factor)
            self.remaining[other] = 0
        else:
            self.make(phase, other)
            operation += _FROM_SELECT_TO_OWN if u == kept else 0
            self.emit_with(phase, operation, self.memory(phase, u), self.memory(phase, kept), v, AS_IT_IS)
        self.consume(u)
        self.consume(kept)
        self.remaining[condition] = 0
        return True

    cdef int make_mask(self, Phase *phase, int value) except -1:
        """The operand in which a condition is as a mask; of one inside, a use is still to come."""
        cdef int mask, x, y, other
        cdef str operation
        if not self.is_inside[value]:
            mask = self.new_slot(phase)
            if self.is_constant(value):
                self.fill_mask(phase, value, mask)
            else:
                self.emit(phase, FC_TILE_MASK_LOAD, self.memory_operand(phase, value, FC_TILE_INPUT), mask)
            return mask
        if self.place[value] >= 0:
            return self.place[value]
        operation = self.step_of(value).operation
        x = self.argument_of(value, 0)
        if operation in ("logical_not", "logical_and", "logical_or", "logical_xor"):
            mask = self.own_mask(phase, x)
            if operation == "logical_not":
                self.emit(phase, FC_TILE_MASK_NOT, 0, mask)
            else:
                y = self.argument_of(value, 1)
                other = self.make_mask(phase, y)
                self.emit(phase, _MASK_TILES[operation], other, mask)
                if self.is_inside[y]:
                    self.consume(y)
                else:
                    self.free_slots.append(other)
        else:
            mask = self.new_slot(phase)
            if operation == "isnan":
                self.compute_is_nan(phase, x, mask)
            else:
                self.compute_binary(phase, operation, x, self.argument_of(value, 1), mask)
        self.place[value] = mask
        return mask

    cdef int own_mask(self, Phase *phase, int value) except -1:
        """A mask that may be changed, for one use of a condition."""
        cdef int copy, mask = self.make_mask(phase, value)
        if not self.is_inside[value]:
            return mask
        self.remaining[value] -= 1
        if self.remaining[value] == 0:
            self.place[value] = -1
            return mask
        copy = self.new_slot(phase)
        self.emit(phase, FC_TILE_MASK_COPY, mask, copy)
        return copy

    cdef int compute_is_nan(self, Phase *phase, int x, int mask) except -1:
        cdef int operand
        if self.is_constant(x):
            self.make(phase, x)
            self.emit_with(phase, FC_TILE_NOT_EQUAL_K, 0, mask, x, AS_IT_IS)
        else:
            operand = self.hold(phase, x)
            self.emit(phase, FC_TILE_LOAD, operand, 0)
            self.emit(phase, FC_TILE_NOT_EQUAL, operand, mask)
            self.consume(x)
        return 0

    cdef int fill_mask(self, Phase *phase, int leaf, int mask) except -1:
        """A condition that is a constant, of kind bool."""
        cdef _Machine machine = self.machine
        cdef int step = self.emit(phase, FC_TILE_MASK_FILL, 0, mask)
        self.set_constant(step, leaf, IS_TRUE)
        return 0
