package org.djlflows.interchange;

import ai.djl.ndarray.types.DataType;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/** The types of the elements of stored tensors, by their names in both formats. */
enum ElementType {
    FLOAT64("DoubleStorage", "F64", Double.BYTES),
    FLOAT32("FloatStorage", "F32", Float.BYTES),
    FLOAT16("HalfStorage", "F16", Short.BYTES),
    BFLOAT16("BFloat16Storage", "BF16", Short.BYTES),
    INT64("LongStorage", "I64", Long.BYTES),
    INT32("IntStorage", "I32", Integer.BYTES),
    INT16("ShortStorage", "I16", Short.BYTES),
    INT8("CharStorage", "I8", Byte.BYTES),
    UINT8("ByteStorage", "U8", Byte.BYTES),
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

    /** Returns the type of arrays that hold such elements as they are, if the engine has it. */
    Optional<DataType> dataType() {
        return Optional.ofNullable(
                switch (this) {
                    case FLOAT64 -> DataType.FLOAT64;
                    case FLOAT32 -> DataType.FLOAT32;
                    case INT64 -> DataType.INT64;
                    case INT32 -> DataType.INT32;
                    case INT8 -> DataType.INT8;
                    case UINT8 -> DataType.UINT8;
                    case BOOL -> DataType.BOOLEAN;
                    // Java has no such numbers, and bfloat16 ends the process in DJL.
                    case FLOAT16, BFLOAT16, INT16 -> null;
                });
    }

    int bytes() {
        return bytes;
    }

    boolean isFloating() {
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
