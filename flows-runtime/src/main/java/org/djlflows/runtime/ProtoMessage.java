package org.djlflows.runtime;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * A message of Protocol Buffers, field by field: ONNX files are such messages.
 *
 * @see <a href="https://protobuf.dev/programming-guides/encoding/">Encoding</a>
 */
final class ProtoMessage {

    private static final int VARINT = 0;
    private static final int BYTES = 2;

    private static final int TYPE_BITS = 3;
    private static final int PAYLOAD_BITS = 7;
    private static final int PAYLOAD = (1 << PAYLOAD_BITS) - 1;
    private static final int MORE = 1 << PAYLOAD_BITS;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** Adds a number. */
    ProtoMessage add(int field, long value) {
        varint((long) field << TYPE_BITS | VARINT);
        varint(value);
        return this;
    }

    /** Adds a text. */
    ProtoMessage add(int field, String text) {
        return add(field, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Adds a message as it is now. */
    ProtoMessage add(int field, ProtoMessage message) {
        return add(field, message.toBytes());
    }

    /** Adds bytes. */
    ProtoMessage add(int field, byte[] content) {
        varint((long) field << TYPE_BITS | BYTES);
        varint(content.length);
        bytes.writeBytes(content);
        return this;
    }

    private void varint(long value) {
        long rest = value;
        while ((rest & ~PAYLOAD) != 0) {
            bytes.write((int) (rest & PAYLOAD) | MORE);
            rest >>>= PAYLOAD_BITS;
        }
        bytes.write((int) rest);
    }

    /** Returns the encoded message. */
    byte[] toBytes() {
        return bytes.toByteArray();
    }
}
