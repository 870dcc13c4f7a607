package org.djlflows.tensors;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** The types of the elements of stored tensors, by their names in both formats. */
public enum ElementType {
    /** 64-bit floating point. */
    FLOAT64("DoubleStorage", "F64", Double.BYTES),
    /** 32-bit floating point. */
    FLOAT32("FloatStorage", "F32", Float.BYTES),
    /** 16-bit floating point. */
    FLOAT16("HalfStorage", "F16", Short.BYTES),
    /** The upper half of a 32-bit floating point. */
    BFLOAT16("BFloat16Storage", "BF16", Short.BYTES),
    /** 64-bit integers. */
    INT64("LongStorage", "I64", Long.BYTES),
    /** 32-bit integers. */
    INT32("IntStorage", "I32", Integer.BYTES),
    /** 16-bit integers. */
    INT16("ShortStorage", "I16", Short.BYTES),
    /** 8-bit integers. */
    INT8("CharStorage", "I8", Byte.BYTES),
    /** 8-bit integers without a sign. */
    UINT8("ByteStorage", "U8", Byte.BYTES),
    /** Truth values, a byte each. */
    BOOL("BoolStorage", "BOOL", Byte.BYTES);

    private final String torch;
    private final String safetensors;
    private final int bytes;

    ElementType(String torch, String safetensors, int bytes) {
        this.torch = "torch." + torch;
        this.safetensors = safetensors;
        this.bytes = bytes;
    }

    static ElementType ofTorch(String global) {
        return Arrays.stream(values())
                .filter(type -> type.torch.equals(global))
                .findAny()
                .orElse(null);
    }

    static ElementType ofSafetensors(String name) {
        return Arrays.stream(values())
                .filter(type -> type.safetensors.equals(name))
                .findAny()
                .orElseThrow(() -> new IllegalArgumentException("tensors of type " + name));
    }

    /**
     * Returns the size of an element.
     *
     * @return the number of bytes
     */
    public int bytes() {
        return bytes;
    }

    /**
     * Tells whether the elements are floating-point numbers.
     *
     * @return whether they are
     */
    public boolean isFloating() {
        return compareTo(INT64) < 0;
    }

    /** Returns an element of a floating type, which a double holds exactly. */
    double floatingAt(ByteBuffer data, int index) {
        int at = index * bytes;
        return switch (this) {
            case FLOAT64 -> data.getDouble(at);
            case FLOAT32 -> data.getFloat(at);
            case FLOAT16 -> half(data.getShort(at));
            // The upper half of a float32.
            case BFLOAT16 -> Float.intBitsToFloat(data.getShort(at) << 16);
            default -> throw new IllegalStateException(name());
        };
    }

    /** Returns an element of an integral type. */
    long integerAt(ByteBuffer data, int index) {
        int at = index * bytes;
        return switch (this) {
            case INT64 -> data.getLong(at);
            case INT32 -> data.getInt(at);
            case INT16 -> data.getShort(at);
            case INT8, BOOL -> data.get(at);
            case UINT8 -> Byte.toUnsignedLong(data.get(at));
            default -> throw new IllegalStateException(name());
        };
    }

    /** One bit of sign, five of the exponent, ten of the fraction. */
    private static double half(short bits) {
        int exponent = bits >> 10 & 0x1f;
        int fraction = bits & 0x3ff;
        double size;
        if (exponent == 0x1f) {
            size = fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
        } else if (exponent == 0) {
            size = Math.scalb((double) fraction, -24);
        } else {
            size = Math.scalb((double) (fraction + 0x400), exponent - 25);
        }
        return bits < 0 ? -size : size;
    }
}
