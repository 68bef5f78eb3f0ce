package org.kindred.policy.gguf;

import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.kindred.datasets.KindredException;

/**
 * A GGUF file, version 2 or 3, little-endian.
 *
 * <p>Layout: magic, version, numbers of tensors and of key-value pairs; the pairs; name, shape,
 * type and offset of each tensor; padding; the data, each tensor at a multiple of the alignment.
 * Opening reads and validates all of that: tensors must cover the data without overlap, and without
 * holes but for padding. Tensors are then read one at a time; no handle stays open.
 */
final class GgufFile {
    private static final int MAGIC = 0x46554747; // "GGUF"
    private static final String ALIGNMENT = "general.alignment";
    private static final int DEFAULT_ALIGNMENT = 32;
    private static final int MAX_ALIGNMENT = 1 << 16;
    private static final int MAX_TENSORS = 100_000;
    private static final int MAX_DIMENSIONS = 4; // ggml's own limit
    private static final int MAX_NAME_BYTES = 256; // four times ggml's own limit
    private static final int SMALLEST_ENTRY = 8 + 1 + 4 + 8 + 4 + 8;
    private static final int CHUNK_BYTES = 1 << 20;

    /**
     * One tensor.
     *
     * @param shape rows first, as Hugging Face has it; the file has the opposite order
     * @param begin first byte, counted from the start of the file
     * @param bytes its length
     */
    record Tensor(String name, GgmlType type, Shape shape, long begin, long bytes) {
        /** Values that follow one another: the last dimension. */
        int rowValues() {
            return Math.toIntExact(shape.get(shape.dimension() - 1));
        }
    }

    /** Where a row of a tensor goes when it is read. */
    interface RowOrder {
        /** Every row stays where it is. */
        RowOrder SAME = row -> row;

        int target(int row);
    }

    private final Path file;
    private final GgufMetadata metadata;
    private final Map<String, Tensor> tensors;

    private GgufFile(Path file, GgufMetadata metadata, Map<String, Tensor> tensors) {
        this.file = file;
        this.metadata = metadata;
        this.tensors = tensors;
    }

    /** Whether a path is meant as a GGUF file: by its name, or by its first bytes. */
    static boolean is(Path path) {
        if (!Files.isRegularFile(path)) {
            return false;
        }
        if (String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT).endsWith(".gguf")) {
            return true;
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            ByteBuffer magic = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
            return channel.read(magic) == 4 && magic.getInt(0) == MAGIC;
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    /**
     * Opens a file.
     *
     * @throws KindredException naming the file and what in it breaks the format's rules
     */
    static GgufFile open(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return read(file, channel, channel.size());
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static GgufFile read(Path file, FileChannel channel, long size) {
        ByteCursor cursor = new ByteCursor(file.toString(), channel, 0, size);
        if (size < 4 || cursor.readInt("magic") != MAGIC) {
            throw bad(file, "does not begin with GGUF: it is no GGUF file");
        }
        int version = cursor.readInt("version");
        if (version != 2 && version != 3) {
            boolean swapped =
                    Integer.reverseBytes(version) == 2 || Integer.reverseBytes(version) == 3;
            throw bad(
                    file,
                    swapped
                            ? "is big-endian; take the little-endian file of this model"
                            : "version "
                                    + Integer.toUnsignedString(version)
                                    + ", supported are 2 and 3; convert the model anew");
        }
        long tensorCount = cursor.readLong("number of tensors");
        long pairs = cursor.readLong("number of key-value pairs");
        if (tensorCount < 0 || tensorCount > Math.min(MAX_TENSORS, size / SMALLEST_ENTRY)) {
            throw bad(
                    file,
                    "number of tensors: found "
                            + Long.toUnsignedString(tensorCount)
                            + ", expected at most "
                            + Math.min(MAX_TENSORS, size / SMALLEST_ENTRY)
                            + "; the file is cut off or damaged");
        }
        GgufMetadata metadata = GgufMetadata.read(file, cursor, pairs, size);
        refuseParts(metadata);
        int alignment = alignment(metadata);
        List<Tensor> entries = new ArrayList<>();
        for (int i = 0; i < tensorCount; i++) {
            entries.add(readEntry(file, cursor, alignment, i));
        }
        long dataStart = padded(cursor.position(), alignment);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Tensor entry : entries) {
            if (entry.bytes() > size - dataStart
                    || entry.begin() > size - dataStart - entry.bytes()) {
                throw badTensor(
                        file,
                        entry.name(),
                        entry.bytes()
                                + " bytes at offset "
                                + Long.toUnsignedString(entry.begin())
                                + " of the data, which has "
                                + Math.max(0, size - dataStart)
                                + "; the file is cut off or damaged");
            }
            Tensor placed =
                    new Tensor(
                            entry.name(),
                            entry.type(),
                            entry.shape(),
                            dataStart + entry.begin(),
                            entry.bytes());
            if (tensors.put(entry.name(), placed) != null) {
                throw badTensor(file, entry.name(), "named twice");
            }
        }
        checkCoverage(file, tensors.values().stream().toList(), dataStart, alignment, size);
        return new GgufFile(file, metadata, Collections.unmodifiableMap(tensors));
    }

    private static void refuseParts(GgufMetadata metadata) {
        if (metadata.intOr("split.count", 1) > 1) {
            throw metadata.unexpected(
                    "split.count",
                    "1: this is one of several files of a model; join them with llama-gguf-split"
                            + " --merge");
        }
    }

    private static int alignment(GgufMetadata metadata) {
        int alignment = metadata.intOr(ALIGNMENT, DEFAULT_ALIGNMENT);
        if (alignment < 1 || alignment > MAX_ALIGNMENT || Integer.bitCount(alignment) != 1) {
            throw metadata.unexpected(ALIGNMENT, "a power of two, at most " + MAX_ALIGNMENT);
        }
        return alignment;
    }

    /** An entry whose begin still counts from the start of the data. */
    private static Tensor readEntry(Path file, ByteCursor cursor, int alignment, int number) {
        String name = cursor.readString("name of tensor " + number, MAX_NAME_BYTES);
        String what = "tensor " + GgufMetadata.shown(name);
        int dimensions = cursor.readInt(what);
        if (dimensions < 1 || dimensions > MAX_DIMENSIONS) {
            throw badTensor(
                    file,
                    name,
                    Integer.toUnsignedString(dimensions)
                            + " dimensions, expected 1 to "
                            + MAX_DIMENSIONS);
        }
        long[] shape = new long[dimensions];
        long values = 1;
        for (int i = dimensions - 1; i >= 0; i--) {
            shape[i] = cursor.readLong(what);
            if (shape[i] < 1 || shape[i] > Integer.MAX_VALUE) {
                throw badTensor(
                        file,
                        name,
                        "a dimension of "
                                + Long.toUnsignedString(shape[i])
                                + ", expected 1 to "
                                + Integer.MAX_VALUE);
            }
            if (values > Long.MAX_VALUE / Long.BYTES / shape[i]) {
                throw badTensor(file, name, "its shape overflows");
            }
            values *= shape[i];
        }
        GgmlType type = readType(file, name, cursor.readInt(what));
        if (shape[dimensions - 1] % type.blockValues() != 0) {
            throw badTensor(
                    file,
                    name,
                    "rows of "
                            + shape[dimensions - 1]
                            + " values, expected a multiple of "
                            + type.blockValues()
                            + ", the block of "
                            + type);
        }
        long offset = cursor.readLong(what);
        if (offset < 0 || offset % alignment != 0) {
            throw badTensor(
                    file,
                    name,
                    "offset "
                            + Long.toUnsignedString(offset)
                            + ", expected a multiple of the alignment, "
                            + alignment);
        }
        long bytes = values / type.blockValues() * type.blockBytes();
        return new Tensor(name, type, new Shape(shape), offset, bytes);
    }

    private static GgmlType readType(Path file, String name, int number) {
        GgmlType type = GgmlType.of(number);
        if (type == null || !type.supported()) {
            throw badTensor(
                    file,
                    name,
                    "stored as "
                            + (type == null
                                    ? "type number " + Integer.toUnsignedString(number)
                                    : type)
                            + ", supported are "
                            + GgmlType.supportedNames()
                            + "; take another quantisation of this model");
        }
        return type;
    }

    private static void checkCoverage(
            Path file, List<Tensor> tensors, long dataStart, int alignment, long size) {
        List<Tensor> ordered = new ArrayList<>(tensors);
        ordered.sort(Comparator.comparingLong(Tensor::begin).thenComparingLong(Tensor::bytes));
        long covered = dataStart;
        for (Tensor tensor : ordered) {
            if (tensor.begin() != covered) {
                throw badTensor(
                        file,
                        tensor.name(),
                        tensor.begin() < covered
                                ? "overlaps the tensor before byte " + covered + " of the file"
                                : "leaves a hole from byte " + covered + " of the file");
            }
            covered = padded(tensor.begin() + tensor.bytes(), alignment);
        }
        if (size > covered) {
            throw bad(file, size - covered + " bytes after the last tensor; the file is damaged");
        }
    }

    private static long padded(long position, int alignment) {
        return (position + alignment - 1) / alignment * alignment;
    }

    Path path() {
        return file;
    }

    GgufMetadata metadata() {
        return metadata;
    }

    /** By name, in the order of the file. */
    Map<String, Tensor> tensors() {
        return tensors;
    }

    /**
     * The values of a tensor as float32, row-major.
     *
     * @param order where each row goes; rows are those of the last dimension
     * @throws KindredException if it is too large for one array, or a value is not finite
     */
    float[] float32(Tensor tensor, RowOrder order) {
        long values = tensor.shape().size();
        if (values > Integer.MAX_VALUE / Float.BYTES) {
            throw badTensor(
                    file,
                    tensor.name(),
                    values + " values; as float32 one tensor may hold at most 2 GiB");
        }
        float[] all = new float[(int) values];
        int rowValues = tensor.rowValues();
        int rowBytes = rowValues / tensor.type().blockValues() * tensor.type().blockBytes();
        int rows = (int) values / rowValues;
        int rowsAtOnce = Math.max(1, CHUNK_BYTES / rowBytes);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer chunk =
                    ByteBuffer.allocate(Math.min(rows, rowsAtOnce) * rowBytes)
                            .order(ByteOrder.LITTLE_ENDIAN);
            for (int row = 0; row < rows; row++) {
                if (row % rowsAtOnce == 0) {
                    int taken = Math.min(rowsAtOnce, rows - row);
                    readFully(
                            channel,
                            tensor.begin() + (long) row * rowBytes,
                            chunk.clear().limit(taken * rowBytes));
                }
                Dequantiser.decode(
                        tensor.type(), chunk, all, order.target(row) * rowValues, rowValues);
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        for (int i = 0; i < all.length; i++) {
            if (!Float.isFinite(all[i])) {
                throw badTensor(
                        file,
                        tensor.name(),
                        "value "
                                + i
                                + " is "
                                + all[i]
                                + ", expected a finite number; the file is"
                                + " damaged");
            }
        }
        return all;
    }

    private static void readFully(FileChannel channel, long position, ByteBuffer bytes)
            throws IOException {
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, position + bytes.position()) < 0) {
                throw new IOException("the file became shorter while it was read");
            }
        }
        bytes.flip();
    }

    private static KindredException badTensor(Path file, String name, String problem) {
        return bad(file, "tensor " + GgufMetadata.shown(name) + ": " + problem);
    }

    private static KindredException bad(Path file, String problem) {
        return new KindredException(file + ": " + problem);
    }

    private static KindredException unreadable(Path file, IOException e) {
        return new KindredException(file + ": cannot be read (" + e + ")", e);
    }
}
