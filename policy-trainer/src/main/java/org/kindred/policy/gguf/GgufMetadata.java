package org.kindred.policy.gguf;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.KindredException;

/**
 * The key-value pairs of a GGUF file, read by type; an error names file, key, what was found and
 * what was expected. Arrays are checked when the file is opened, and read when they are asked for.
 */
final class GgufMetadata {
    /** Above any vocabulary or list of merges; an array this long still fits into a small heap. */
    static final int MAX_ELEMENTS = 1 << 21;

    /** A chat template is the longest string of a real file. */
    static final int MAX_STRING_BYTES = 1 << 24;

    private static final int MAX_PAIRS = 1 << 16;
    private static final int MAX_KEY_BYTES = (1 << 16) - 1;
    private static final int SMALLEST_PAIR = 8 + 1 + 4 + 1; // length, one letter, type, one byte
    private static final int SHOWN = 80;

    /** Types of values, in the order of their numbers. */
    enum Type {
        U8(1),
        I8(1),
        U16(2),
        I16(2),
        U32(4),
        I32(4),
        F32(4),
        BOOL(1),
        STRING(8), // its length
        ARRAY(12), // type and number of its elements
        U64(8),
        I64(8),
        F64(8);

        /** Least number of bytes of a value. */
        private final int bytes;

        Type(int bytes) {
            this.bytes = bytes;
        }

        private boolean whole() {
            return this != F32 && this != F64 && this != BOOL && this != STRING && this != ARRAY;
        }
    }

    /** Where the elements of an array are. */
    private record Elements(Type type, int count, long position) {
        @Override
        public String toString() {
            return "an array of " + count + " " + type;
        }
    }

    private final Path file;
    private final long size;
    private final Map<String, Object> values = new LinkedHashMap<>();

    private GgufMetadata(Path file, long size) {
        this.file = file;
        this.size = size;
    }

    /**
     * Reads the pairs from the cursor on.
     *
     * @param count as the header says
     */
    static GgufMetadata read(Path file, ByteCursor cursor, long count, long size) {
        if (count < 0 || count > Math.min(MAX_PAIRS, cursor.remaining() / SMALLEST_PAIR)) {
            throw new KindredException(
                    file
                            + ": number of key-value pairs: found "
                            + Long.toUnsignedString(count)
                            + ", expected at most "
                            + Math.min(MAX_PAIRS, cursor.remaining() / SMALLEST_PAIR)
                            + " in the bytes that follow; the file is cut off or damaged");
        }
        GgufMetadata metadata = new GgufMetadata(file, size);
        for (int i = 0; i < count; i++) {
            String key = cursor.readString("key " + i, MAX_KEY_BYTES);
            Object value = metadata.readValue(cursor, key);
            if (metadata.values.put(key, value) != null) {
                throw metadata.bad(key, "given twice");
            }
        }
        return metadata;
    }

    private Object readValue(ByteCursor cursor, String key) {
        Type type = readType(cursor, key);
        return switch (type) {
            case STRING -> cursor.readString(shown(key), MAX_STRING_BYTES);
            case ARRAY -> readArray(cursor, key);
            default -> readScalar(cursor, type, key);
        };
    }

    private Type readType(ByteCursor cursor, String key) {
        int number = cursor.readInt(shown(key));
        if (number < 0 || number >= Type.values().length) {
            throw bad(
                    key,
                    "type "
                            + Integer.toUnsignedString(number)
                            + ", known are 0 to 12; the file is"
                            + " damaged or of a newer format");
        }
        return Type.values()[number];
    }

    private Object readScalar(ByteCursor cursor, Type type, String key) {
        String what = shown(key);
        return switch (type) {
            case U8 -> (long) cursor.readByte(what);
            case I8 -> (long) (byte) cursor.readByte(what);
            case U16 -> (long) (cursor.readShort(what) & 0xFFFF);
            case I16 -> (long) cursor.readShort(what);
            case U32 -> Integer.toUnsignedLong(cursor.readInt(what));
            case I32 -> (long) cursor.readInt(what);
            case U64 -> {
                long value = cursor.readLong(what);
                // Beyond a signed number: nothing that is read here is so large.
                yield value < 0 ? Double.valueOf(Long.toUnsignedString(value)) : (Object) value;
            }
            case I64 -> cursor.readLong(what);
            // The shortest decimal that gives this float: 1e-5, not 9.99999974e-6.
            case F32 ->
                    Double.parseDouble(Float.toString(Float.intBitsToFloat(cursor.readInt(what))));
            case F64 -> Double.longBitsToDouble(cursor.readLong(what));
            case BOOL -> {
                int value = cursor.readByte(what);
                if (value > 1) {
                    throw bad(key, "found the byte " + value + ", expected a boolean, 0 or 1");
                }
                yield value == 1;
            }
            default -> throw new IllegalArgumentException(type + " is no scalar");
        };
    }

    private Elements readArray(ByteCursor cursor, String key) {
        Type type = readType(cursor, key);
        long count = cursor.readLong(shown(key));
        if (type == Type.ARRAY) {
            throw bad(key, "an array of arrays, which no known key holds");
        }
        if (count < 0 || count > Math.min(MAX_ELEMENTS, cursor.remaining() / type.bytes)) {
            throw bad(
                    key,
                    "an array of "
                            + Long.toUnsignedString(count)
                            + " elements, expected at most "
                            + Math.min(MAX_ELEMENTS, cursor.remaining() / type.bytes)
                            + "; the file is cut off or damaged");
        }
        Elements elements = new Elements(type, (int) count, cursor.position());
        if (type == Type.STRING) {
            for (int i = 0; i < count; i++) {
                cursor.skipString(shown(key), MAX_STRING_BYTES);
            }
        } else {
            cursor.skip(count * type.bytes, shown(key));
        }
        return elements;
    }

    Path file() {
        return file;
    }

    boolean has(String key) {
        return values.containsKey(key);
    }

    /** Keys that begin so, sorted. */
    Set<String> keys(String prefix) {
        Set<String> keys = new TreeSet<>(values.keySet());
        keys.removeIf(key -> !key.startsWith(prefix));
        return keys;
    }

    @Nullable String text(String key) {
        Object value = values.get(key);
        if (value != null && !(value instanceof String)) {
            throw unexpected(key, "a string");
        }
        return (String) value;
    }

    String requireText(String key) {
        String text = text(key);
        if (text == null) {
            throw unexpected(key, "a string");
        }
        return text;
    }

    int requireInt(String key) {
        Integer value = integer(key);
        if (value == null) {
            throw unexpected(key, "an integer");
        }
        return value;
    }

    int intOr(String key, int absent) {
        Integer value = integer(key);
        return value == null ? absent : value;
    }

    /** The integer, or null if the key is absent. */
    @Nullable Integer integer(String key) {
        Object value = values.get(key);
        if (value == null) {
            return null;
        }
        if (!(value instanceof Long number) || number != number.intValue()) {
            throw unexpected(key, "an integer below 2^31");
        }
        return number.intValue();
    }

    double doubleOr(String key, double absent) {
        Object value = values.get(key);
        if (value == null) {
            return absent;
        }
        if (!(value instanceof Number number) || !Double.isFinite(number.doubleValue())) {
            throw unexpected(key, "a finite number");
        }
        return number.doubleValue();
    }

    double requireDouble(String key) {
        if (!has(key)) {
            throw unexpected(key, "a finite number");
        }
        return doubleOr(key, 0);
    }

    boolean booleanOr(String key, boolean absent) {
        Object value = values.get(key);
        if (value == null) {
            return absent;
        }
        if (!(value instanceof Boolean truth)) {
            throw unexpected(key, "a boolean");
        }
        return truth;
    }

    /** The strings of an array. */
    String[] strings(String key) {
        Elements elements = elements(key, "an array of strings");
        if (elements.type() != Type.STRING) {
            throw unexpected(key, "an array of strings");
        }
        String[] strings = new String[elements.count()];
        read(
                elements,
                cursor -> {
                    for (int i = 0; i < strings.length; i++) {
                        strings[i] = cursor.readString(key + "[" + i + "]", MAX_STRING_BYTES);
                    }
                });
        return strings;
    }

    /** The integers of an array. */
    int[] integers(String key) {
        Elements elements = elements(key, "an array of integers");
        if (!elements.type().whole()) {
            throw unexpected(key, "an array of integers");
        }
        int[] numbers = new int[elements.count()];
        read(
                elements,
                cursor -> {
                    for (int i = 0; i < numbers.length; i++) {
                        Object value = readScalar(cursor, elements.type(), key);
                        if (!(value instanceof Long number) || number != number.intValue()) {
                            throw bad(key, "element " + i + " is not below 2^31");
                        }
                        numbers[i] = number.intValue();
                    }
                });
        return numbers;
    }

    /** The float32 numbers of an array. */
    float[] floats(String key) {
        Elements elements = elements(key, "an array of float32");
        if (elements.type() != Type.F32) {
            throw unexpected(key, "an array of float32");
        }
        float[] numbers = new float[elements.count()];
        read(
                elements,
                cursor -> {
                    for (int i = 0; i < numbers.length; i++) {
                        numbers[i] = Float.intBitsToFloat(cursor.readInt(key));
                    }
                });
        return numbers;
    }

    private interface Reading {
        void from(ByteCursor cursor);
    }

    private void read(Elements elements, Reading reading) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            reading.from(new ByteCursor(file.toString(), channel, elements.position(), size));
        } catch (IOException e) {
            throw new KindredException(file + ": cannot be read (" + e + ")", e);
        }
    }

    private Elements elements(String key, String expected) {
        if (values.get(key) instanceof Elements elements) {
            return elements;
        }
        throw unexpected(key, expected);
    }

    /** An error about a key's value. */
    KindredException unexpected(String key, String expected) {
        Object value = values.get(key);
        String found =
                value == null
                        ? "nothing"
                        : value instanceof String text ? "\"" + shown(text) + "\"" : "" + value;
        return bad(key, "found " + found + ", expected " + expected);
    }

    KindredException bad(String key, String problem) {
        return new KindredException(file + ": " + shown(key) + ": " + problem);
    }

    /** Untrusted text for a message: short, and nothing that a terminal would obey. */
    static String shown(String text) {
        String cut = text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...";
        return cut.replaceAll("\\p{C}", "?");
    }
}
