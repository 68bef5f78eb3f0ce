package org.kindred.policy.checkpoint;

import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.kindred.datasets.KindredException;

/**
 * Weights in safetensors: one file, or shards named by {@code model.safetensors.index.json}.
 *
 * <p>Opening reads and validates headers only; each tensor is then mapped by itself when it is
 * asked for. No file handle stays open. Files must not be rewritten in place while their buffers
 * are in use (writing through {@link DurableFile}, as {@link SafeTensorsWriter} does, is safe: a
 * mapping keeps the old file).
 */
public final class SafeTensors {
    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";
    private static final int LISTED_PROBLEMS = 5;

    /** Tensor name to its entry and file. */
    private record Located(Path file, SafeTensorsHeader.Entry entry) {}

    private final Path source;
    private final SortedMap<String, Located> tensors = new TreeMap<>();
    private final SortedMap<String, String> metadata = new TreeMap<>();

    private SafeTensors(Path source) {
        this.source = source;
    }

    /**
     * Opens the weights of a model folder: {@code model.safetensors} if present, else the shards of
     * the index.
     *
     * @throws KindredException if there are none or a file breaks the format's rules
     */
    public static SafeTensors openFolder(Path folder) {
        Path single = folder.resolve(SINGLE);
        if (Files.exists(single)) {
            return openFile(single);
        }
        Path index = folder.resolve(INDEX);
        if (!Files.exists(index)) {
            throw new KindredException(
                    folder
                            + ": holds neither "
                            + SINGLE
                            + " nor "
                            + INDEX
                            + "; other weight formats must be converted to safetensors first");
        }
        return openShards(folder, index);
    }

    /** Opens one file. */
    public static SafeTensors openFile(Path file) {
        SafeTensors weights = new SafeTensors(file);
        weights.add(SafeTensorsHeader.read(file));
        return weights;
    }

    private static SafeTensors openShards(Path folder, Path index) {
        JsonNode map = JsonFields.read(index).get("weight_map");
        if (map == null || !map.isObject() || map.isEmpty()) {
            throw new KindredException(
                    index + ": weight_map: expected an object of tensor name to file name");
        }
        SafeTensors weights = new SafeTensors(index);
        SortedMap<String, SortedSet<String>> shards = new TreeMap<>();
        for (Map.Entry<String, JsonNode> entry : map.properties()) {
            String shard = checkShardName(index, entry.getValue());
            shards.computeIfAbsent(shard, s -> new TreeSet<>()).add(entry.getKey());
        }
        for (Map.Entry<String, SortedSet<String>> shard : shards.entrySet()) {
            Path file = folder.resolve(shard.getKey());
            checkInFolder(folder, file);
            SafeTensorsHeader header = SafeTensorsHeader.read(file);
            SortedSet<String> found = new TreeSet<>(header.entries().keySet());
            if (!found.equals(shard.getValue())) {
                throw new KindredException(
                        file
                                + ": does not hold the tensors that "
                                + INDEX
                                + " gives it: "
                                + difference(shard.getValue(), found));
            }
            weights.add(header);
        }
        return weights;
    }

    private static String checkShardName(Path index, JsonNode value) {
        String name = value.textValue();
        if (name == null
                || !name.endsWith(".safetensors")
                || !name.matches("[A-Za-z0-9_][A-Za-z0-9._-]{0,200}")) {
            throw new KindredException(
                    index
                            + ": weight_map: each value must be the plain name of a .safetensors file"
                            + " in the same folder");
        }
        return name;
    }

    /**
     * A link could make an index name any file of the machine. The one layout of links that is in
     * common use, the download cache with its {@code snapshots} and {@code blobs}, is accepted.
     */
    private static void checkInFolder(Path folder, Path file) {
        try {
            Path real = file.toRealPath();
            Path home = folder.toRealPath();
            Path blobs = home.resolve("../../blobs").normalize();
            if (!real.startsWith(home) && !real.startsWith(blobs)) {
                throw new KindredException(file + ": is a link out of its folder; copy the file");
            }
        } catch (IOException e) {
            throw new KindredException(
                    file + ": named by " + INDEX + " but cannot be read (" + e + ")", e);
        }
    }

    private void add(SafeTensorsHeader header) {
        for (SafeTensorsHeader.Entry entry : header.entries().values()) {
            tensors.put(entry.name(), new Located(header.file(), entry));
        }
        metadata.putAll(header.metadata());
    }

    /** Names of all tensors, sorted. */
    public Set<String> names() {
        return Collections.unmodifiableSet(tensors.keySet());
    }

    /** The string map that a file's header carries; of shards, all together. */
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(metadata);
    }

    public Shape shape(String name) {
        return located(name).entry().shape();
    }

    /** The format on disk. */
    public StorageType type(String name) {
        return located(name).entry().type();
    }

    /**
     * Checks that exactly these tensors are here, in these shapes and in a format that {@link
     * #float32} reads. Old files also store {@code rotary_emb.inv_freq}, which follows from the
     * config; it is passed over.
     *
     * @throws KindredException listing the first problems and how many there are
     */
    public void requireExactly(List<TensorSpec> expected) {
        requireExactly(expected, Set.of());
    }

    /**
     * As {@link #requireExactly(List)}.
     *
     * @param passedOver tensors that may be here too
     */
    public void requireExactly(List<TensorSpec> expected, Set<String> passedOver) {
        List<String> problems = new ArrayList<>();
        SortedSet<String> extra = new TreeSet<>(tensors.keySet());
        extra.removeAll(passedOver);
        extra.removeIf(name -> name.endsWith(".rotary_emb.inv_freq"));
        for (TensorSpec spec : expected) {
            extra.remove(spec.name());
            Located found = tensors.get(spec.name());
            if (found == null) {
                problems.add(spec.name() + " " + spec.shape() + " is missing");
            } else if (!found.entry().shape().equals(spec.shape())) {
                problems.add(
                        spec.name()
                                + " has shape "
                                + found.entry().shape()
                                + ", expected "
                                + spec.shape());
            } else if (found.entry().type().configName() == null) {
                problems.add(
                        spec.name()
                                + " is stored as "
                                + found.entry().type()
                                + ", supported are F32, F16, BF16");
            }
        }
        for (String name : extra) {
            problems.add(name + " does not belong to this architecture");
        }
        if (!problems.isEmpty()) {
            throw new KindredException(
                    source
                            + ": weights do not fit the config: "
                            + String.join(
                                    "; ",
                                    problems.subList(0, Math.min(LISTED_PROBLEMS, problems.size())))
                            + (problems.size() > LISTED_PROBLEMS
                                    ? "; " + problems.size() + " problems in all"
                                    : "")
                            + ". Check that config.json and the weights come from the same model");
        }
    }

    /** Whether two tensors have one shape and the same numbers. */
    public boolean equalValues(String first, String second) {
        return tensors.containsKey(first)
                && tensors.containsKey(second)
                && shape(first).equals(shape(second))
                && (type(first) == type(second)
                        ? bytes(first).equals(bytes(second))
                        : float32(first).equals(float32(second)));
    }

    /** The stored bytes, little-endian, as a read-only mapping of the file. */
    public ByteBuffer bytes(String name) {
        Located located = located(name);
        long length = located.entry().end() - located.entry().begin();
        if (length > Integer.MAX_VALUE) {
            throw tooLarge(located, length);
        }
        try (FileChannel channel = FileChannel.open(located.file(), StandardOpenOption.READ)) {
            if (channel.size() < located.entry().end()) {
                throw new KindredException(located.file() + ": became shorter since it was opened");
            }
            return channel.map(FileChannel.MapMode.READ_ONLY, located.entry().begin(), length)
                    .order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException e) {
            throw new KindredException(located.file() + ": cannot be read (" + e + ")", e);
        }
    }

    /**
     * The values as float32, row-major, in a direct little-endian buffer; F16 and BF16 convert
     * exactly. F32 is the mapped file itself where its place in the file allows, so native code may
     * read the buffer but must not write to it: copy weights that are to be trained.
     */
    public ByteBuffer float32(String name) {
        Located located = located(name);
        ByteBuffer stored = bytes(name);
        StorageType type = located.entry().type();
        if (type == StorageType.F32 && located.entry().begin() % Float.BYTES == 0) {
            return stored;
        }
        long length = located.entry().shape().size() * Float.BYTES;
        if (length > Integer.MAX_VALUE) {
            throw tooLarge(located, length);
        }
        ByteBuffer values = ByteBuffer.allocateDirect((int) length).order(ByteOrder.LITTLE_ENDIAN);
        switch (type) {
            case F32 -> values.put(stored);
            case BF16 -> {
                while (stored.hasRemaining()) {
                    values.putInt(ReducedPrecision.bfloat16ToFloat32Bits(stored.getShort()));
                }
            }
            case F16 -> {
                while (stored.hasRemaining()) {
                    values.putInt(ReducedPrecision.float16ToFloat32Bits(stored.getShort()));
                }
            }
            default ->
                    throw new KindredException(
                            located.file()
                                    + ": tensor "
                                    + name
                                    + ": stored as "
                                    + type
                                    + ", supported are F32, F16, BF16");
        }
        return values.flip();
    }

    private Located located(String name) {
        Located located = tensors.get(name);
        if (located == null) {
            throw new KindredException(source + ": no tensor named " + name);
        }
        return located;
    }

    private static KindredException tooLarge(Located located, long length) {
        return new KindredException(
                located.file()
                        + ": tensor "
                        + located.entry().name()
                        + ": "
                        + length
                        + " bytes; one tensor may hold at most 2 GiB");
    }

    private static String difference(Set<String> expected, Set<String> found) {
        SortedSet<String> missing = new TreeSet<>(expected);
        missing.removeAll(found);
        SortedSet<String> extra = new TreeSet<>(found);
        extra.removeAll(expected);
        return missing.isEmpty() ? extra.first() + " is extra" : missing.first() + " is missing";
    }
}
