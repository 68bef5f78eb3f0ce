package org.kindred.policy.checkpoint;

import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.KindredException;

/**
 * The validated header of one safetensors file.
 *
 * <p>Layout: 8 bytes little-endian header length n, n bytes of UTF-8 JSON, then the data. Each
 * entry gives dtype, shape and a byte range of the data; the ranges must cover the data exactly,
 * without hole or overlap, and each must be as long as dtype and shape say.
 */
final class SafeTensorsHeader {
    /** Limit of the reference implementation. */
    private static final long MAX_HEADER_BYTES = 100_000_000;

    /** Far above any model; keeps a hostile header from filling the heap with entries. */
    private static final int MAX_TENSORS = 100_000;

    private static final int MAX_DIMENSIONS = 8;
    private static final int LENGTH_BYTES = 8;
    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(3)
                                    .maxNameLength(4096)
                                    .maxStringLength((int) MAX_HEADER_BYTES)
                                    .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .build();

    /**
     * One tensor.
     *
     * @param begin first byte, counted from the start of the file
     * @param end byte after the last
     */
    record Entry(String name, StorageType type, Shape shape, long begin, long end) {}

    private final Path file;
    private final long dataStart;
    private final long fileSize;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    private SafeTensorsHeader(Path file, long dataStart, long fileSize) {
        this.file = file;
        this.dataStart = dataStart;
        this.fileSize = fileSize;
    }

    static SafeTensorsHeader read(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long fileSize = channel.size();
            if (fileSize < LENGTH_BYTES) {
                throw bad(
                        file, fileSize + " bytes; a safetensors file starts with an 8-byte length");
            }
            long length = readFully(channel, 0, LENGTH_BYTES).getLong();
            long allowed = Math.min(MAX_HEADER_BYTES, fileSize - LENGTH_BYTES);
            if (length < 2 || length > allowed) {
                throw bad(
                        file,
                        "header length "
                                + Long.toUnsignedString(length)
                                + ", expected 2 to "
                                + allowed
                                + "; the file is cut off or no safetensors file");
            }
            SafeTensorsHeader header = new SafeTensorsHeader(file, LENGTH_BYTES + length, fileSize);
            header.parse(readFully(channel, LENGTH_BYTES, (int) length));
            header.checkCoverage();
            return header;
        } catch (IOException e) {
            throw new KindredException(file + ": cannot be read (" + e + ")", e);
        }
    }

    Path file() {
        return file;
    }

    /** Tensors in the order of the header. */
    Map<String, Entry> entries() {
        return entries;
    }

    Map<String, String> metadata() {
        return metadata;
    }

    private static ByteBuffer readFully(FileChannel channel, long position, int length)
            throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, position + bytes.position()) < 0) {
                throw new IOException("the file became shorter while it was read");
            }
        }
        return bytes.flip();
    }

    private void parse(ByteBuffer json) throws IOException {
        if (json.get(0) != '{') {
            throw bad("the header does not start with '{'");
        }
        CharBuffer text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(json);
        } catch (CharacterCodingException e) {
            throw bad("the header is not valid UTF-8");
        }
        try (JsonParser parser =
                JSON.createParser(text.array(), text.arrayOffset(), text.length())) {
            parser.nextToken();
            for (String name = parser.nextFieldName();
                    name != null;
                    name = parser.nextFieldName()) {
                if (name.equals("__metadata__")) {
                    parseMetadata(parser);
                } else if (entries.size() == MAX_TENSORS) {
                    throw bad("more than " + MAX_TENSORS + " tensors");
                } else {
                    entries.put(name, parseEntry(parser, name));
                }
            }
            if (parser.currentToken() != JsonToken.END_OBJECT || parser.nextToken() != null) {
                throw bad("text after the header's JSON object");
            }
        } catch (JsonProcessingException e) {
            throw bad(
                    "the header is not valid JSON (a duplicate name counts as such) at character "
                            + (e.getLocation() == null ? "?" : e.getLocation().getCharOffset()));
        }
    }

    private void parseMetadata(JsonParser parser) throws IOException {
        expect(parser.nextToken() == JsonToken.START_OBJECT, "__metadata__", "an object");
        for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
            String value = parser.nextTextValue();
            expect(value != null, "__metadata__", "strings only");
            metadata.put(key, value);
        }
    }

    private Entry parseEntry(JsonParser parser, String name) throws IOException {
        expect(parser.nextToken() == JsonToken.START_OBJECT, name, "an object");
        StorageType type = null;
        long[] shape = null;
        long[] offsets = null;
        for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
            switch (key) {
                case "dtype" -> type = storageType(name, parser.nextTextValue());
                case "shape" -> shape = parseNumbers(parser, name, "shape", MAX_DIMENSIONS);
                case "data_offsets" -> offsets = parseNumbers(parser, name, "data_offsets", 2);
                default -> throw bad("unknown key in the entry", name);
            }
        }
        expect(type != null, name, "a dtype");
        expect(shape != null, name, "a shape");
        expect(offsets != null && offsets.length == 2, name, "data_offsets [begin, end]");
        long dataBytes = fileSize - dataStart;
        if (offsets[0] > offsets[1] || offsets[1] > dataBytes) {
            throw bad(
                    "data_offsets "
                            + Arrays.toString(offsets)
                            + ", expected begin <= end <= "
                            + dataBytes
                            + ", the bytes after the header",
                    name);
        }
        long bytes = byteSize(name, type, shape);
        if (bytes != offsets[1] - offsets[0]) {
            throw bad(
                    type
                            + Arrays.toString(shape)
                            + " takes "
                            + bytes
                            + " bytes, data_offsets span "
                            + (offsets[1] - offsets[0]),
                    name);
        }
        return new Entry(
                name, type, new Shape(shape), dataStart + offsets[0], dataStart + offsets[1]);
    }

    private StorageType storageType(String name, @Nullable String dtype) {
        for (StorageType type : StorageType.values()) {
            if (type.name().equals(dtype)) {
                return type;
            }
        }
        throw bad("unknown dtype, known are " + Arrays.toString(StorageType.values()), name);
    }

    private long[] parseNumbers(JsonParser parser, String name, String key, int most)
            throws IOException {
        expect(parser.nextToken() == JsonToken.START_ARRAY, name, key + " as an array");
        long[] numbers = new long[most];
        int count = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            boolean whole =
                    parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                            && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
            if (!whole || parser.getLongValue() < 0 || count == most) {
                throw bad(key + ": expected at most " + most + " whole numbers >= 0", name);
            }
            numbers[count++] = parser.getLongValue();
        }
        return Arrays.copyOf(numbers, count);
    }

    private long byteSize(String name, StorageType type, long[] shape) {
        try {
            long bytes = type.bytes();
            for (long dimension : shape) {
                bytes = Math.multiplyExact(bytes, dimension);
            }
            return bytes;
        } catch (ArithmeticException e) {
            throw bad("shape " + Arrays.toString(shape) + " overflows", name);
        }
    }

    private void checkCoverage() {
        List<Entry> ordered = new ArrayList<>(entries.values());
        ordered.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        long covered = dataStart;
        for (Entry entry : ordered) {
            if (entry.begin() != covered) {
                String problem = entry.begin() < covered ? "overlaps the tensor" : "leaves a hole";
                throw bad(problem + " before byte " + covered + " of the file", entry.name());
            }
            covered = entry.end();
        }
        if (covered != fileSize) {
            throw bad((fileSize - covered) + " bytes after the last tensor");
        }
    }

    private void expect(boolean holds, String name, String expected) {
        if (!holds) {
            throw bad("expected " + expected, name);
        }
    }

    private KindredException bad(String problem) {
        return bad(file, problem);
    }

    private KindredException bad(String problem, String tensor) {
        String shown = tensor.length() <= 120 ? tensor : tensor.substring(0, 120) + "...";
        return bad(file, "tensor " + shown + ": " + problem);
    }

    private static KindredException bad(Path file, String problem) {
        return new KindredException(file + ": " + problem);
    }
}
