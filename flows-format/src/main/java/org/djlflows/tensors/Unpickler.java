package org.djlflows.tensors;

import org.djlflows.files.Excerpt;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * Reads pickled dictionaries of tensors, and runs nothing.
 *
 * <p>A pickle is a program for a machine with a stack, which in Python may call any function. Here
 * it makes dictionaries, lists, tuples, strings, numbers and tensors; the functions that PyTorch
 * needs for tensors, and Python for sets and bytes, are known by name, and all others are refused.
 *
 * @see <a href="https://docs.python.org/3/library/pickletools.html">The operations</a>
 */
final class Unpickler {

    private static final int NEWEST_PROTOCOL = 4;

    /** Enough for a hundred thousand tensors; each may leave an object of some sixty bytes. */
    private static final int MOST_OPERATIONS = 1 << 22;

    private static final Object MARK = new Object();
    private static final Global ORDERED_DICT = new Global("collections.OrderedDict");
    private static final Global TENSOR = new Global("torch._utils._rebuild_tensor_v2");
    private static final Global PARAMETER = new Global("torch._utils._rebuild_parameter");
    private static final Set<Global> SETS = builtins("set", "frozenset");
    private static final Set<Global> BYTES = builtins("bytes", "bytearray");
    private static final Global ENCODE = new Global("_codecs.encode");

    private final ByteBuffer in;
    private final Function<String, Storage> storages;
    private final ToLongFunction<String> sizes;
    private final List<Object> stack = new ArrayList<>();
    private final Map<Integer, Object> memo = new HashMap<>();

    private record Global(String name) {}

    private record TypedStorage(ElementType type, String key, long elements) {}

    /** The functions as Python 3 names them, and as Python 2 does, which old protocols follow. */
    private static Set<Global> builtins(String one, String other) {
        return Set.of(
                new Global("builtins." + one),
                new Global("__builtin__." + one),
                new Global("builtins." + other),
                new Global("__builtin__." + other));
    }

    /**
     * Creates a reader.
     *
     * @param pickle the program
     * @param storages gives the storage of a key
     * @param sizes gives the number of its bytes
     */
    Unpickler(byte[] pickle, Function<String, Storage> storages, ToLongFunction<String> sizes) {
        this.in = ByteBuffer.wrap(pickle).order(ByteOrder.LITTLE_ENDIAN);
        this.storages = storages;
        this.sizes = sizes;
    }

    /**
     * Runs the program.
     *
     * @return what it makes: a {@code Map}, {@code List}, which a set is too, {@code Object[]} for
     *     a tuple, {@code StoredTensor}, {@code String}, {@code Long}, {@code Double}, {@code
     *     Boolean} or null; a bare object stands for bytes, for an integer of more than 64 bits,
     *     and for a key that is neither text nor a number of 64 bits
     * @throws IllegalArgumentException if it is no whole pickle, or holds anything else
     */
    Object load() {
        try {
            int operation = next();
            for (int count = 1; operation != '.'; count++) {
                if (count > MOST_OPERATIONS) {
                    throw new IllegalArgumentException(
                            "a data.pkl of more than " + MOST_OPERATIONS + " operations");
                }
                run(operation);
                operation = next();
            }
            return pop();
        } catch (ArithmeticException
                | BufferUnderflowException
                | IndexOutOfBoundsException
                | ClassCastException
                | NullPointerException e) {
            throw new IllegalArgumentException("a damaged data.pkl", e);
        }
    }

    private void run(int operation) {
        switch (operation) {
            case 0x80 -> requireProtocol(next());
            case 0x95 -> in.getLong();
            case '(' -> push(MARK);
            case 'N' -> push(null);
            case 0x88 -> push(true);
            case 0x89 -> push(false);
            case 'K' -> push((long) next());
            case 'M' -> push(Short.toUnsignedLong(in.getShort()));
            case 'J' -> push((long) in.getInt());
            case 0x8a -> push(number(next()));
            case 0x8b -> push(number(in.getInt()));
            case 'G' -> push(bigEndianDouble());
            case 'X' -> push(text(in.getInt()));
            case 0x8c -> push(text(next()));
            case 'C' -> pushBytes(next());
            case 'B' -> pushBytes(in.getInt());
            case ')' -> push(new Object[0]);
            case 't' -> push(popToMark().toArray());
            case 0x85, 0x86, 0x87 -> push(popLast(operation - 0x84).toArray());
            case ']', 0x8f -> push(new ArrayList<>());
            case 'a' -> append(popLast(1));
            case 'e', 0x90 -> append(popToMark());
            case 0x91 -> push(popToMark());
            case '}' -> push(new LinkedHashMap<>());
            case 's' -> put(popLast(2));
            case 'u' -> put(popToMark());
            case 'q' -> memo.put(next(), top());
            case 'r' -> memo.put(in.getInt(), top());
            case 0x94 -> memo.put(memo.size(), top());
            case 'h' -> recall(next());
            case 'j' -> recall(in.getInt());
            case 'c' -> push(new Global(line() + "." + line()));
            case 0x93 -> pushGlobal(popLast(2));
            case 'Q' -> push(storage((Object[]) pop()));
            case 'R' -> reduce();
            case 0x81 -> refuseObject();
            case 'b' -> build();
            default ->
                    throw new IllegalArgumentException(
                            String.format("operation 0x%02x in data.pkl", operation));
        }
    }

    private static void requireProtocol(int protocol) {
        if (protocol > NEWEST_PROTOCOL) {
            throw new IllegalArgumentException("pickle protocol " + protocol);
        }
    }

    /** Calls one of the functions that are known. */
    private void reduce() {
        Object[] arguments = (Object[]) pop();
        Global function = (Global) pop();
        if (function.equals(ORDERED_DICT) && arguments.length == 0) {
            push(new LinkedHashMap<>());
        } else if (function.equals(TENSOR)) {
            push(tensor(arguments));
        } else if (function.equals(PARAMETER)) {
            push((StoredTensor) arguments[0]);
        } else if (SETS.contains(function)) {
            push((List<?>) arguments[0]);
        } else if (BYTES.contains(function) || function.equals(ENCODE)) {
            push(new Object());
        } else {
            throw refusal(function);
        }
    }

    private static IllegalArgumentException refusal(Global global) {
        return new IllegalArgumentException(
                Excerpt.of(global.name)
                        + ", which is not loaded, since only tensors are; save model.state_dict()"
                        + " alone");
    }

    private void refuseObject() {
        pop();
        throw refusal((Global) pop());
    }

    /** The attributes of a dictionary, such as the versions of the modules, are not needed. */
    private void build() {
        pop();
        if (!(top() instanceof Map)) {
            throw new IllegalArgumentException("a damaged data.pkl");
        }
    }

    /**
     * Reads (storage, offset, sizes, strides, whether a gradient is wanted, hooks), which metadata
     * may follow: that what is stored is the negative or the conjugate.
     */
    private StoredTensor tensor(Object... arguments) {
        if (arguments.length == 7 && !((Map<?, ?>) arguments[6]).isEmpty()) {
            throw new IllegalArgumentException(
                    "a tensor that is a lazy negative or conjugate; resolve_neg() and"
                            + " resolve_conj() it before saving");
        }
        if (arguments.length < 6 || arguments.length > 7) {
            throw new IllegalArgumentException("a tensor of " + arguments.length + " arguments");
        }
        TypedStorage storage = (TypedStorage) arguments[0];
        return StoredTensor.of(
                storage.type,
                storages.apply(storage.key),
                storage.elements,
                (Long) arguments[1],
                longs((Object[]) arguments[2]),
                longs((Object[]) arguments[3]));
    }

    private static long[] longs(Object... tuple) {
        StoredTensor.requireAxes(tuple.length);
        return Arrays.stream(tuple).mapToLong(Long.class::cast).toArray();
    }

    /** Reads ("storage", class, key, device, number of elements). */
    private TypedStorage storage(Object... id) {
        Global global = (Global) id[1];
        ElementType type = ElementType.ofTorch(global.name);
        if (type == null) {
            throw new IllegalArgumentException("tensors of type " + Excerpt.of(global.name));
        }
        String key = (String) id[2];
        long elements = (Long) id[4];
        if (elements < 0 || sizes.applyAsLong(key) != Math.multiplyExact(elements, type.bytes())) {
            throw new IllegalArgumentException(
                    "a storage "
                            + Excerpt.of(key)
                            + " of another size than the "
                            + elements
                            + " of data.pkl");
        }
        return new TypedStorage(type, key, elements);
    }

    @SuppressWarnings("unchecked")
    private void append(List<Object> values) {
        ((List<Object>) top()).addAll(values);
    }

    @SuppressWarnings("unchecked")
    private void put(List<Object> keysAndValues) {
        Map<Object, Object> dictionary = (Map<Object, Object>) top();
        for (int i = 0; i < keysAndValues.size(); i += 2) {
            Object key = keysAndValues.get(i);
            boolean named = key instanceof String || key instanceof Long;
            dictionary.put(named ? key : new Object(), keysAndValues.get(i + 1));
        }
    }

    private void pushGlobal(List<Object> moduleAndName) {
        push(new Global((String) moduleAndName.get(0) + "." + (String) moduleAndName.get(1)));
    }

    private void pushBytes(int length) {
        bytes(length);
        push(new Object());
    }

    private void push(Object value) {
        stack.add(value);
    }

    private Object top() {
        return stack.get(stack.size() - 1);
    }

    private Object pop() {
        return stack.remove(stack.size() - 1);
    }

    private List<Object> popLast(int count) {
        List<Object> last = stack.subList(stack.size() - count, stack.size());
        List<Object> values = new ArrayList<>(last);
        last.clear();
        return values;
    }

    private List<Object> popToMark() {
        int mark = stack.lastIndexOf(MARK);
        List<Object> values = popLast(stack.size() - mark - 1);
        stack.remove(mark);
        return values;
    }

    private void recall(int place) {
        push(Objects.requireNonNull(memo.get(place)));
    }

    private int next() {
        return Byte.toUnsignedInt(in.get());
    }

    private Object number(int length) {
        byte[] bytes = bytes(length);
        if (length > Long.BYTES) {
            return new Object();
        }
        // The sign is that of the last byte.
        long number = length > 0 && bytes[length - 1] < 0 ? -1 : 0;
        for (int i = length - 1; i >= 0; i--) {
            number = number << Byte.SIZE | Byte.toUnsignedLong(bytes[i]);
        }
        return number;
    }

    private double bigEndianDouble() {
        return Double.longBitsToDouble(Long.reverseBytes(in.getLong()));
    }

    private String text(int length) {
        return new String(bytes(length), StandardCharsets.UTF_8);
    }

    private byte[] bytes(int length) {
        if (length < 0 || length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private String line() {
        int start = in.position();
        int length = 0;
        while (in.get() != '\n') {
            length++;
        }
        return new String(in.array(), start, length, StandardCharsets.UTF_8);
    }
}
