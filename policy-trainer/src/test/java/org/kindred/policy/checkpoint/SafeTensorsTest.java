package org.kindred.policy.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.SeedTree;

/** Well-formed files come back as written; malformed ones are refused with the file's name. */
final class SafeTensorsTest {
    /** Two tensors of two floats each: 16 bytes of data. */
    private static final String VALID =
            "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},"
                    + "'b':{'dtype':'F32','shape':[1,2],'data_offsets':[8,16]}}";

    @TempDir Path folder;

    @Test
    void float32_ofEachFormat_exact() {
        // 1.5, -2^-24 (smallest half), infinity, 65504 (largest half)
        ByteBuffer half = little(8);
        half.putShort((short) 0x3E00).putShort((short) 0x8001);
        half.putShort((short) 0x7C00).putShort((short) 0x7BFF);
        Path file = file("{'h':{'dtype':'F16','shape':[2,2],'data_offsets':[0,8]}}", half);
        assertThat(floats(SafeTensors.openFile(file), "h"))
                .containsExactly(1.5f, -0x1p-24f, Float.POSITIVE_INFINITY, 65504f);

        ByteBuffer brain = little(8);
        brain.putShort((short) 0x3FC0).putShort((short) 0xBF80);
        brain.putShort((short) 0x0001).putShort((short) 0xFF80);
        file = file("{'h':{'dtype':'BF16','shape':[4],'data_offsets':[0,8]}}", brain);
        assertThat(floats(SafeTensors.openFile(file), "h"))
                .containsExactly(
                        1.5f, -1f, Float.intBitsToFloat(0x00010000), Float.NEGATIVE_INFINITY);
    }

    @Test
    void float32_atAnOddOffset_copied() {
        ByteBuffer data = little(9).put((byte) 1).putFloat(3.25f).putFloat(-7f);
        Path file =
                file(
                        "{'flag':{'dtype':'BOOL','shape':[1],'data_offsets':[0,1]},"
                                + "'w':{'dtype':'F32','shape':[2],'data_offsets':[1,9]}}",
                        data);

        assertThat(floats(SafeTensors.openFile(file), "w")).containsExactly(3.25f, -7f);
    }

    @Test
    void open_scalarAndEmptyTensor_accepted() {
        Path file =
                file(
                        "{'__metadata__':{'format':'pt'},"
                                + "'none':{'dtype':'F32','shape':[0,3],'data_offsets':[0,0]},"
                                + "'one':{'dtype':'F32','shape':[],'data_offsets':[0,4]}}   ",
                        little(4).putFloat(2.5f));

        SafeTensors weights = SafeTensors.openFile(file);

        assertThat(weights.metadata()).containsEntry("format", "pt");
        assertThat(floats(weights, "one")).containsExactly(2.5f);
        assertThat(floats(weights, "none")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "overlap | [8,16] | [4,12]",
                "hole and trailing bytes | [0,8] | [4,8]",
                "end before begin | [8,16] | [16,8]",
                "end outside the file | [8,16] | [8,24]",
                "negative offset | [0,8] | [-8,0]",
                "offset above 2^63 | [8,16] | [8,18446744073709551632]",
                "one offset | [8,16] | [8]",
                "three offsets | [8,16] | [8,16,16]",
                "size against shape | [1,2] | [1,3]",
                "product overflow | [1,2] | [4611686018427387904,4]",
                "product overflow to zero | [1,2] | [4294967296,4294967296]",
                "negative dimension | [1,2] | [-1,-2]",
                "fraction | [1,2] | [1,2.0]",
                "too many dimensions | [1,2] | [1,1,1,1,1,1,1,1,2]",
                "unknown dtype | 'F32','shape':[2] | 'F31','shape':[2]",
                "dtype no string | 'F32','shape':[2] | 32,'shape':[2]",
                "missing dtype | 'dtype':'F32','shape':[2] | 'shape':[2]",
                "missing shape | 'shape':[2], | ",
                "unknown key | 'shape':[2] | 'shape':[2],'strides':[1]",
                "duplicate name | 'b' | 'a'",
                "duplicate name, escaped | 'b' | '\\u0061'",
                "duplicate key | 'shape':[2] | 'shape':[2],'shape':[2]",
                "entry no object | {'dtype':'F32','shape':[2],'data_offsets':[0,8]} | 7",
                "metadata not strings | {'a' | {'__metadata__':{'x':1},'a'",
                "metadata no object | {'a' | {'__metadata__':[],'a'",
                "NaN | [1,2] | [NaN,2]",
                "text after | 16]}} | 16]}}{}",
                "cut JSON | 16]}} | 16]",
                "not starting with a brace | {'a' | [{'a'",
                "blank first | {'a' |  ` {'a'`",
            })
    void open_brokenHeader_refused(String what, String original, String replacement) {
        String header = VALID.replace(original, replacement == null ? "" : replacement);
        assertThat(header).as(what).isNotEqualTo(VALID);
        Path file = file(header, little(16));

        assertThatThrownBy(() -> SafeTensors.openFile(file))
                .as(what)
                .isExactlyInstanceOf(KindredException.class)
                .hasMessageContaining(file.toString());
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "17", "100000001", "9223372036854775807", "-9223372036854775808", "-1"})
    void open_headerLength_outsideTheFile_refused(long length) throws IOException {
        Path file = file(VALID, little(16));
        byte[] bytes = Files.readAllBytes(file);
        little(bytes).putLong(length);
        Files.write(file, bytes);

        assertThatThrownBy(() -> SafeTensors.openFile(file)).isInstanceOf(KindredException.class);
    }

    @Test
    void open_cutAnywhereOrExtended_refused() throws IOException {
        Path file = file(VALID, little(16));
        byte[] bytes = Files.readAllBytes(file);
        for (int length = 0; length <= bytes.length + 1; length++) {
            Files.write(file, Arrays.copyOf(bytes, length));
            if (length == bytes.length) {
                assertThat(SafeTensors.openFile(file).names()).containsExactly("a", "b");
            } else {
                assertThatThrownBy(() -> SafeTensors.openFile(file))
                        .isInstanceOf(KindredException.class);
            }
        }
    }

    @Test
    void open_invalidUtf8InName_refused() throws IOException {
        Path file = file(VALID, little(16));
        byte[] bytes = Files.readAllBytes(file);
        bytes[10] = (byte) 0xC0; // the letter of 'a'
        Files.write(file, bytes);

        assertThatThrownBy(() -> SafeTensors.openFile(file)).hasMessageContaining("UTF-8");
    }

    @Test
    void open_seededMutations_onlyDeclaredErrors() throws IOException {
        mutate(2_000, 17);
    }

    @Test
    @Tag("slow")
    void open_manySeededMutations_onlyDeclaredErrors() throws IOException {
        mutate(1_000_000, 18);
    }

    private void mutate(int rounds, long seed) throws IOException {
        byte[] original = Files.readAllBytes(file(VALID, little(16)));
        SplittableRandom random = SeedTree.root(seed).child("safetensors").random();
        Path file = folder.resolve("mutated.safetensors");
        int accepted = 0;
        for (int round = 0; round < rounds; round++) {
            byte[] bytes = original.clone();
            for (int edits = 1 + random.nextInt(3); edits > 0; edits--) {
                int position = random.nextInt(bytes.length - 16);
                bytes[position] =
                        random.nextBoolean()
                                ? (byte) random.nextInt(256)
                                : original[random.nextInt(original.length)];
            }
            Files.write(file, bytes);
            try {
                SafeTensors weights = SafeTensors.openFile(file);
                for (String name : weights.names()) {
                    long size = weights.bytes(name).remaining();
                    assertThat(size)
                            .isEqualTo(weights.shape(name).size() * weights.type(name).bytes());
                }
                accepted++;
            } catch (KindredException expected) {
                assertThat(expected).hasMessageContaining("mutated.safetensors");
            }
        }
        assertThat(accepted).isBetween(1, rounds - 1); // renamed tensors are still valid files
    }

    @ParameterizedTest
    @CsvSource({
        "../x.safetensors",
        "sub/x.safetensors",
        "sub\\x.safetensors",
        "..",
        "/etc/passwd",
        ".safetensors",
        "C:x.safetensors",
        "x.bin",
        "''"
    })
    void openFolder_indexNamesNoPlainFile_refused(String name) throws IOException {
        Files.writeString(
                folder.resolve("model.safetensors.index.json"),
                "{\"weight_map\":{\"a\":\"" + name.replace("\\", "\\\\") + "\"}}");

        assertThatThrownBy(() -> SafeTensors.openFolder(folder))
                .hasMessageContaining("plain name of a .safetensors file");
    }

    @Test
    void openFolder_shardIsALinkOutOfTheFolder_refused(@TempDir Path elsewhere) throws IOException {
        Path target = Files.move(file(VALID, little(16)), elsewhere.resolve("secret"));
        Files.createSymbolicLink(folder.resolve("s.safetensors"), target);
        index("{'a':'s.safetensors','b':'s.safetensors'}");

        assertThatThrownBy(() -> SafeTensors.openFolder(folder)).hasMessageContaining("link");
    }

    @Test
    void openFolder_linkIntoTheBlobsOfADownloadCache_accepted() throws IOException {
        Path snapshot = Files.createDirectories(folder.resolve("cache/snapshots/main"));
        Path blobs = Files.createDirectories(folder.resolve("cache/blobs"));
        Path target = Files.move(file(VALID, little(16)), blobs.resolve("0a1b"));
        Files.createSymbolicLink(snapshot.resolve("s.safetensors"), target);
        Files.writeString(
                snapshot.resolve("model.safetensors.index.json"),
                "{\"weight_map\":{\"a\":\"s.safetensors\",\"b\":\"s.safetensors\"}}");

        assertThat(SafeTensors.openFolder(snapshot).names()).containsExactly("a", "b");
    }

    @Test
    void openFolder_shardMissesOrAddsATensor_refused() throws IOException {
        Files.move(file(VALID, little(16)), folder.resolve("s.safetensors"));

        index("{'a':'s.safetensors'}");
        assertThatThrownBy(() -> SafeTensors.openFolder(folder)).hasMessageContaining("b is extra");
        index("{'a':'s.safetensors','b':'s.safetensors','c':'s.safetensors'}");
        assertThatThrownBy(() -> SafeTensors.openFolder(folder))
                .hasMessageContaining("c is missing");
        index("{'a':'s.safetensors','b':'s.safetensors'}");
        assertThat(SafeTensors.openFolder(folder).names()).containsExactly("a", "b");
        index("{'a':'s.safetensors','b':'t.safetensors'}");
        assertThatThrownBy(() -> SafeTensors.openFolder(folder)).hasMessageContaining("s.safe");
    }

    @Test
    void requireExactly_missingExtraWrongShape_allNamed() {
        SafeTensors weights = SafeTensors.openFile(file(VALID, little(16)));
        List<TensorSpec> right =
                List.of(new TensorSpec("a", 2), new TensorSpec("b", new Shape(1, 2)));
        weights.requireExactly(right);

        assertThatThrownBy(
                        () ->
                                weights.requireExactly(
                                        List.of(new TensorSpec("a", 3), new TensorSpec("c", 1))))
                .hasMessageContaining("file.safetensors")
                .hasMessageContaining("a has shape (2), expected (3)")
                .hasMessageContaining("c (1) is missing")
                .hasMessageContaining("b does not belong");
    }

    @Test
    void write_float32AndBfloat16_readBackRoundedToNearestEven() {
        // Halfway cases of bfloat16 (8 bits of mantissa): 1 + 2^-8 goes down, 1 + 3 * 2^-8 goes up.
        float[] values = {1 + 0x1p-8f, 1 + 0x3p-8f, Float.MAX_VALUE, Float.NaN, -0f, 0x1p-149f};
        List<TensorSpec> specs = List.of(new TensorSpec("w", 2, 3), new TensorSpec("a.b", 0));
        Path file = folder.resolve("out.safetensors");

        write(file, StorageType.F32, specs, values);
        assertThat(floats(SafeTensors.openFile(file), "w")).containsExactly(values);
        write(file, StorageType.BF16, specs, values);
        assertThat(floats(SafeTensors.openFile(file), "w"))
                .containsExactly(1f, 1 + 0x4p-8f, Float.POSITIVE_INFINITY, Float.NaN, -0f, 0f);
        assertThat(folder.toFile().list()).containsExactly("out.safetensors");
    }

    @Test
    void write_failingSource_leavesTheOldFile() throws IOException {
        Path file = folder.resolve("out.safetensors");
        Files.writeString(file, "old");

        assertThatThrownBy(
                        () ->
                                write(
                                        file,
                                        StorageType.F32,
                                        List.of(new TensorSpec("w", 7)),
                                        new float[6]))
                .hasMessageContaining("6 values for shape (7)");
        assertThat(file).hasContent("old");
        assertThat(folder.toFile().list()).containsExactly("out.safetensors");
    }

    private static void write(Path file, StorageType type, List<TensorSpec> specs, float[] values) {
        SafeTensorsWriter.write(
                file,
                type,
                specs,
                spec -> FloatBuffer.wrap(spec.shape().size() == 0 ? new float[0] : values));
    }

    private static float[] floats(SafeTensors weights, String name) {
        FloatBuffer buffer = weights.float32(name).asFloatBuffer();
        float[] values = new float[buffer.remaining()];
        buffer.get(values);
        return values;
    }

    private void index(String weightMap) throws IOException {
        Files.writeString(
                folder.resolve("model.safetensors.index.json"),
                "{\"weight_map\":" + weightMap.replace('\'', '"') + "}");
    }

    /** Writes a file with this header, quotes for double quotes. */
    private Path file(String header, ByteBuffer data) {
        byte[] json = header.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        byte[] bytes = new byte[8 + json.length + data.capacity()];
        little(bytes).putLong(json.length).put(json).put(data.rewind());
        try {
            return Files.write(folder.resolve("file.safetensors"), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ByteBuffer little(int size) {
        return little(new byte[size]);
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
