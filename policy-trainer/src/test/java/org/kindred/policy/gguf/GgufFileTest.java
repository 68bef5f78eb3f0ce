package org.kindred.policy.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.checkpoint.StorageType;
import org.kindred.policy.checkpoint.TensorSpec;
import org.kindred.policy.model.ModelConfig;

/** Well-formed files are read as written; malformed ones are refused with the file's name. */
final class GgufFileTest {
    @TempDir Path folder;

    private static GgufBuilder small() {
        ModelConfig config = ModelConfig.small(256, 8, 1, 2, 1, 64, 2, 1);
        GgufBuilder builder = new GgufBuilder().shape(config).characters();
        for (TensorSpec spec : config.tensors()) {
            float[] values = new float[Math.toIntExact(spec.shape().size())];
            for (int i = 0; i < values.length; i++) {
                values[i] = i;
            }
            builder.floats(GgufModel.ggufName(spec.name()), values, spec.shape().getShape());
        }
        return builder;
    }

    /** Everything that a conversion reads, without what it writes. */
    private static long readAll(Path file) {
        GgufFile gguf = GgufFile.open(file);
        GgufTokens tokens = GgufTokens.read(gguf.metadata());
        GgufModel model = new GgufModel(gguf, tokens);
        ModelConfig config = model.config(StorageType.F32);
        model.requireExactly(config);
        long values = new GgufTokenizer(gguf.metadata(), tokens).tokenizer().size();
        for (TensorSpec spec : config.tensors()) {
            values += model.values(spec, config).remaining();
        }
        return values;
    }

    private Path write(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("file.gguf"), bytes);
    }

    private void assertRefused(GgufBuilder builder, String... said) {
        Path file = builder.write(folder.resolve("file.gguf"));
        assertThatThrownBy(() -> readAll(file))
                .isExactlyInstanceOf(KindredException.class)
                .hasMessageContaining("file.gguf")
                .hasMessageContainingAll(said);
    }

    @Test
    void open_asWritten_metadataAndValues() throws IOException {
        Path file = write(small().put("x.flag", true).put("x.large", 1L << 40).bytes());
        GgufFile gguf = GgufFile.open(file);

        assertThat(gguf.metadata().booleanOr("x.flag", false)).isTrue();
        assertThat(gguf.metadata().doubleOr("x.large", 0)).isEqualTo(0x1p40);
        assertThat(gguf.metadata().integers("tokenizer.ggml.token_type")).hasSize(256);
        assertThat(gguf.metadata().requireDouble("llama.attention.layer_norm_rms_epsilon"))
                .isEqualTo(1e-5);
        GgufFile.Tensor up = gguf.tensors().get("blk.0.ffn_up.weight");
        assertThat(up.shape().getShape()).containsExactly(32, 8);
        assertThat(gguf.float32(up, row -> 31 - row)).startsWith(248, 249).endsWith(6, 7);
    }

    @Test
    void open_version2_asVersion3() throws IOException {
        byte[] bytes = small().bytes();
        bytes[4] = 2;
        assertThat(readAll(write(bytes))).isPositive();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4, -1})
    void open_otherVersion_refused(int version) throws IOException {
        byte[] bytes = small().bytes();
        Arrays.fill(bytes, 4, 8, (byte) (version >> 8));
        bytes[4] = (byte) version;
        Path file = write(bytes);
        assertThatThrownBy(() -> GgufFile.open(file)).hasMessageContaining("supported are 2 and 3");
    }

    @Test
    void open_bigEndian_saysSo() throws IOException {
        byte[] bytes = small().bytes();
        bytes[4] = 0;
        bytes[7] = 3;
        Path file = write(bytes);
        assertThatThrownBy(() -> GgufFile.open(file)).hasMessageContaining("big-endian");
    }

    @Test
    void open_badTensors_namedAndRefused() {
        byte[] one = new byte[32];
        assertRefused(
                small().tensor("t", GgmlType.Q4_0, new byte[18], 1, 16),
                "tensor t: rows of 16 values, expected a multiple of 32");
        assertRefused(
                small().tensor("t", GgmlType.Q3_K, one, 1, 256),
                "tensor t: stored as Q3_K",
                "Q6_K");
        assertRefused(small().tensor("t", GgmlType.F32, one, 0, 8), "tensor t: a dimension of 0");
        assertRefused(small().tensor("t", GgmlType.F32, one, 1, 1, 1, 1, 8), "5 dimensions");
        assertRefused(
                small().tensor("t", GgmlType.F32, one, 1 << 30, 1 << 30, 8), "shape overflows");
        assertRefused(small().tensor("t", GgmlType.F32, one, 9), "36 bytes at offset");
        assertRefused(
                small().tensor("t", GgmlType.F32, new byte[64], 8),
                "32 bytes after the last tensor");
        assertRefused(
                small().tensor("t", GgmlType.F32, new byte[64], 8)
                        .tensor("u", GgmlType.F32, one, 8),
                "tensor u: leaves a hole");
        assertRefused(
                small().tensor("t", GgmlType.F32, one, 16).tensor("u", GgmlType.F32, one, 8),
                "tensor u: overlaps");
        assertRefused(
                small().floats(
                                "output_norm.weight",
                                new float[] {0, 1, 2, Float.NaN, 4, 5, 6, 7},
                                8),
                "tensor output_norm.weight: value 3 is NaN");
    }

    @Test
    void open_badMetadata_namedAndRefused() {
        assertRefused(small().put("general.alignment", 24), "general.alignment: found 24");
        assertRefused(small().put("split.count", 3), "split.count: found 3", "--merge");
        assertRefused(
                small().put("general.architecture", "gemma3"),
                "general.architecture: found \"gemma3\", expected llama, qwen2 or qwen3");
        assertRefused(
                small().put("llama.block_count", "one"),
                "llama.block_count: found \"one\", expected an integer");
        assertRefused(small().put("llama.block_count", 2), "blk.1.attn_norm.weight (8) is missing");
        assertRefused(small().put("llama.expert_count", 8), "llama.expert_count: found 8");
        assertRefused(small().put("llama.rope.scaling.type", "yarn"), "rope.scaling.type");
        assertRefused(small().put("llama.rope.dimension_count", 2), "rope.dimension_count");
        assertRefused(
                small().floats("rope_freqs.weight", new float[] {1, 3}, 2), "Llama 3.1's scaling");
        assertRefused(
                small().floats("blk.0.extra.weight", new float[8], 8),
                "blk.0.extra.weight does not belong");
        assertRefused(
                small().put("tokenizer.ggml.eos_token_id", 256), "expected an id from 0 to 255");
        assertRefused(small().put("tokenizer.ggml.token_type", new int[3]), "3 kinds for 256");
        assertRefused(small().put("tokenizer.ggml.model", "bert"), "found \"bert\"");
        assertRefused(small().put("tokenizer.ggml.pre", "kimi-k2"), "found \"kimi-k2\"", "smollm");
        assertRefused(
                small().put("tokenizer.ggml.merges", new String[] {"Ā no"}), "merge 0 is \"Ā no\"");
        assertRefused(small().remove("tokenizer.ggml.merges"), "tokenizer.ggml.merges");
        assertRefused(small().remove("tokenizer.ggml.tokens"), "tokenizer.ggml.tokens");
    }

    @Test
    void open_textOfTheFileInMessages_shortAndWithoutControls() {
        assertRefused(
                small().put("general.architecture", "\u001b[31m" + "x".repeat(1000)),
                "found \"?[31mxxx",
                "x...\"");
    }

    @Test
    void open_cutAnywhere_refused() throws IOException {
        byte[] bytes = small().bytes();
        for (int length = 0; length < bytes.length; length += length < 1200 ? 1 : 41) {
            Path file = write(Arrays.copyOf(bytes, length));
            assertThatThrownBy(() -> readAll(file))
                    .isExactlyInstanceOf(KindredException.class)
                    .hasMessageContaining("file.gguf");
        }
    }

    @Test
    @Timeout(value = 120, unit = TimeUnit.SECONDS)
    void open_extremeNumbersAnywhere_onlyDeclaredErrors() throws IOException {
        byte[] bytes = small().bytes();
        int entries = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("token_embd");
        for (long extreme : List.of(-1L, Long.MAX_VALUE, 1L << 40, 0x7FFFFFFFL)) {
            // The texts of the vocabulary lie between the first keys and the tensors.
            for (int at = 4; at < entries + 700; at += at < 1100 || at >= entries - 12 ? 4 : 71) {
                byte[] changed = bytes.clone();
                GgufBuilder.little(8).putLong(extreme).flip().get(changed, at, 8);
                readOrRefuse(changed);
            }
        }
    }

    @Test
    @Timeout(value = 120, unit = TimeUnit.SECONDS)
    void open_seededMutations_onlyDeclaredErrors() throws IOException {
        mutate(1_500, 19);
    }

    @Test
    @Tag("slow")
    void open_manySeededMutations_onlyDeclaredErrors() throws IOException {
        mutate(500_000, 20);
    }

    private void mutate(int rounds, long seed) throws IOException {
        byte[] original = small().bytes();
        SplittableRandom random = SeedTree.root(seed).child("gguf").random();
        int accepted = 0;
        for (int round = 0; round < rounds; round++) {
            byte[] bytes = original.clone();
            for (int edits = 1 + random.nextInt(4); edits > 0; edits--) {
                // Most of the file's rules are in its first bytes and in the tensor entries.
                int position = random.nextInt(random.nextBoolean() ? 900 : bytes.length);
                bytes[position] =
                        random.nextBoolean()
                                ? (byte) random.nextInt(256)
                                : original[random.nextInt(original.length)];
            }
            accepted += readOrRefuse(bytes);
        }
        assertThat(accepted).isBetween(1, rounds - 1); // other weights are still a valid file
    }

    /** 1 if it was read, 0 if it was refused as it should be; anything else fails the test. */
    private int readOrRefuse(byte[] bytes) throws IOException {
        Path file = write(bytes);
        try {
            readAll(file);
            return 1;
        } catch (KindredException expected) {
            assertThat(expected).hasMessageContaining("file.gguf");
            return 0;
        }
    }
}
