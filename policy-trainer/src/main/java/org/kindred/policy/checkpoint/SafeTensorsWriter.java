package org.kindred.policy.checkpoint;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/**
 * Writes one safetensors file: names sorted, header padded with blanks to a multiple of 8 bytes,
 * {@code format: pt} as metadata. The same weights give the same bytes.
 */
public final class SafeTensorsWriter {
    private static final int CHUNK_VALUES = 1 << 16;

    private SafeTensorsWriter() {}

    /**
     * Creates or replaces {@code file} in one step.
     *
     * @param type {@link StorageType#F32}, or {@link StorageType#BF16} or {@link StorageType#F16}
     *     (rounded to nearest even; beyond 65504 a float16 is infinite)
     * @param values asked once per tensor in the order of names, so that only one need be at hand;
     *     must hold as many values as the shape says, from position to limit
     * @throws org.kindred.datasets.KindredException if it cannot be written
     */
    public static void write(
            Path file,
            StorageType type,
            Collection<TensorSpec> tensors,
            Function<TensorSpec, FloatBuffer> values) {
        if (type.configName() == null) {
            throw new IllegalArgumentException("type = " + type + ": must be F32, F16 or BF16");
        }
        List<TensorSpec> sorted =
                tensors.stream().sorted(Comparator.comparing(TensorSpec::name)).toList();
        byte[] header = header(type, sorted);
        DurableFile.write(
                file,
                channel -> {
                    DurableFile.writeFully(channel, ByteBuffer.wrap(header));
                    for (TensorSpec spec : sorted) {
                        writeValues(channel, type, spec, values.apply(spec));
                    }
                });
    }

    private static byte[] header(StorageType type, List<TensorSpec> sorted) {
        ObjectNode json = JsonFields.newObject();
        json.putObject("__metadata__").put("format", "pt");
        long offset = 0;
        for (TensorSpec spec : sorted) {
            long end = offset + spec.shape().size() * type.bytes();
            if (json.has(spec.name())) {
                throw new IllegalArgumentException("two tensors named " + spec.name());
            }
            ObjectNode entry = json.putObject(spec.name());
            entry.put("dtype", type.name());
            ArrayNode shape = entry.putArray("shape");
            for (long dimension : spec.shape().getShape()) {
                shape.add(dimension);
            }

            entry.putArray("data_offsets").add(offset).add(end);
            offset = end;
        }
        byte[] text = json.toString().getBytes(StandardCharsets.UTF_8);
        int padded = (text.length + 7) / 8 * 8;
        byte[] header = new byte[8 + padded];
        Arrays.fill(header, (byte) ' ');
        ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).putLong(padded).put(text);
        return header;
    }

    private static void writeValues(
            FileChannel channel, StorageType type, TensorSpec spec, FloatBuffer values)
            throws IOException {
        if (values.remaining() != spec.shape().size()) {
            throw new IllegalArgumentException(
                    spec.name() + ": " + values.remaining() + " values for shape " + spec.shape());
        }
        FloatBuffer source = values.duplicate();
        ByteBuffer chunk =
                ByteBuffer.allocate(CHUNK_VALUES * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        while (source.hasRemaining()) {
            chunk.clear();
            for (int i = Math.min(CHUNK_VALUES, source.remaining()); i > 0; i--) {
                int bits = Float.floatToRawIntBits(source.get());
                switch (type) {
                    case F32 -> chunk.putInt(bits);
                    case F16 -> chunk.putShort(ReducedPrecision.float32BitsToFloat16(bits));
                    default -> chunk.putShort(ReducedPrecision.float32BitsToBfloat16(bits));
                }
            }
            DurableFile.writeFully(channel, chunk.flip());
        }
    }
}
