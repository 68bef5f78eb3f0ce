package org.kindred.policy.gguf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kindred.policy.checkpoint.SafeTensors;
import org.kindred.policy.checkpoint.TensorSpec;
import org.kindred.policy.model.ModelConfig;

/** Writes GGUF files, right ones and, by {@link #put} and {@link #tensor}, wrong ones. */
final class GgufBuilder {
    private static final int ALIGNMENT = 32;

    private record Entry(String name, GgmlType type, byte[] data, long[] shape) {}

    private final Map<String, Object> metadata = new LinkedHashMap<>();
    private final Map<String, Entry> tensors = new LinkedHashMap<>();

    /** Integer (u32), Long (u64), Float, Boolean, String, String[], int[] (i32) or float[]. */
    GgufBuilder put(String key, Object value) {
        metadata.put(key, value);
        return this;
    }

    GgufBuilder remove(String key) {
        metadata.remove(key);
        tensors.remove(key);
        return this;
    }

    /**
     * @param shape rows first
     */
    GgufBuilder tensor(String name, GgmlType type, byte[] data, long... shape) {
        tensors.put(name, new Entry(name, type, data, shape));
        return this;
    }

    GgufBuilder floats(String name, float[] values, long... shape) {
        ByteBuffer data = little(values.length * Float.BYTES);
        for (float value : values) {
            data.putFloat(value);
        }
        return tensor(name, GgmlType.F32, data.array(), shape);
    }

    /** The vocabulary of a Hugging Face folder with byte-level BPE, under a rule's name. */
    GgufBuilder tokenizer(Path folder, String rule) {
        JsonNode json = json(folder.resolve("tokenizer.json"));
        List<String> texts = new ArrayList<>();
        List<Integer> kinds = new ArrayList<>();
        json.get("model")
                .get("vocab")
                .properties()
                .forEach(
                        token -> set(texts, kinds, token.getValue().intValue(), token.getKey(), 1));
        for (JsonNode token : json.get("added_tokens")) {
            int kind = token.get("special").booleanValue() ? 3 : 4;
            set(texts, kinds, token.get("id").intValue(), token.get("content").textValue(), kind);
        }
        List<String> merges = new ArrayList<>();
        for (JsonNode merge : json.get("model").get("merges")) {
            merges.add(
                    merge.isTextual()
                            ? merge.textValue()
                            : merge.get(0).textValue() + " " + merge.get(1).textValue());
        }
        vocabulary(texts, kinds).put("tokenizer.ggml.merges", merges.toArray(String[]::new));
        put("tokenizer.ggml.model", "gpt2").put("tokenizer.ggml.pre", rule);
        JsonNode settings = json(folder.resolve("tokenizer_config.json"));
        role("bos", settings, texts);
        role("eos", settings, texts);
        role("padding", settings, texts);
        Path template = folder.resolve("chat_template.jinja");
        try {
            return put(
                    "tokenizer.chat_template",
                    Files.exists(template)
                            ? Files.readString(template)
                            : settings.get("chat_template").textValue());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void role(String role, JsonNode settings, List<String> texts) {
        JsonNode token = settings.path((role.equals("padding") ? "pad" : role) + "_token");
        if (!token.isMissingNode() && !token.isNull()) {
            String text = token.isObject() ? token.get("content").textValue() : token.textValue();
            put("tokenizer.ggml." + role + "_token_id", texts.indexOf(text));
        }
    }

    private GgufBuilder vocabulary(List<String> texts, List<Integer> kinds) {
        put("tokenizer.ggml.tokens", texts.toArray(String[]::new));
        return put(
                "tokenizer.ggml.token_type", kinds.stream().mapToInt(Integer::intValue).toArray());
    }

    private static void set(
            List<String> texts, List<Integer> kinds, int id, String text, int kind) {
        while (texts.size() <= id) {
            texts.add("");
            kinds.add(5);
        }
        texts.set(id, text);
        kinds.set(id, kind);
    }

    /** 256 tokens of one character, which no test encodes with. */
    GgufBuilder characters() {
        List<String> texts = new ArrayList<>();
        List<Integer> kinds = new ArrayList<>();
        for (int i = 0; i < 255; i++) {
            set(texts, kinds, i, String.valueOf((char) (0x100 + i)), 1);
        }
        set(texts, kinds, 255, texts.get(0) + texts.get(1), 1);
        put("tokenizer.ggml.model", "gpt2").put("tokenizer.ggml.pre", "gpt-2");
        return vocabulary(texts, kinds)
                .put("tokenizer.ggml.merges", new String[] {texts.get(0) + " " + texts.get(1)});
    }

    /** Configuration and float32 weights of a Hugging Face folder, none of its rows reordered. */
    GgufBuilder model(Path folder) {
        ModelConfig config = ModelConfig.read(folder.resolve(ModelConfig.FILE));
        SafeTensors stored = SafeTensors.openFolder(folder);
        shape(config);
        for (TensorSpec spec : config.tensors()) {
            ByteBuffer values = stored.float32(spec.name());
            byte[] data = new byte[values.remaining()];
            values.get(data);
            tensor(GgufModel.ggufName(spec.name()), GgmlType.F32, data, spec.shape().getShape());
        }
        return this;
    }

    /** The metadata of a configuration. */
    GgufBuilder shape(ModelConfig config) {
        String family = config.toJson(ModelConfig.Layout.V4).get("model_type").textValue();
        put("general.architecture", family);
        put(family + ".context_length", config.maxPositionEmbeddings());
        put(family + ".embedding_length", config.hiddenSize());
        put(family + ".block_count", config.layers());
        put(family + ".feed_forward_length", config.intermediateSize());
        put(family + ".attention.head_count", config.heads());
        put(family + ".attention.head_count_kv", config.keyValueHeads());
        put(family + ".attention.key_length", config.headDim());
        put(family + ".rope.freq_base", (float) config.rope().theta());
        put(family + ".attention.layer_norm_rms_epsilon", (float) config.rmsNormEps());
        if (config.bosTokenId() != null) {
            put("tokenizer.ggml.bos_token_id", config.bosTokenId());
        }
        if (!config.eosTokenIds().isEmpty()) {
            put("tokenizer.ggml.eos_token_id", config.eosTokenIds().get(0));
        }
        if (config.padTokenId() != null) {
            put("tokenizer.ggml.padding_token_id", config.padTokenId());
        }
        return this;
    }

    byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        write(out, little(8).put("GGUF".getBytes(StandardCharsets.US_ASCII)).putInt(3));
        write(out, little(16).putLong(tensors.size()).putLong(metadata.size()));
        metadata.forEach(
                (key, value) -> {
                    string(out, key);
                    value(out, value);
                });
        long offset = 0;
        for (Entry tensor : tensors.values()) {
            string(out, tensor.name());
            int dimensions = tensor.shape().length;
            ByteBuffer entry = little(4 + 8 * dimensions + 4 + 8).putInt(dimensions);
            for (int i = dimensions - 1; i >= 0; i--) {
                entry.putLong(tensor.shape()[i]);
            }
            write(out, entry.putInt(number(tensor.type())).putLong(offset));
            offset += padded(tensor.data().length);
        }
        for (Entry tensor : tensors.values()) {
            pad(out);
            out.writeBytes(tensor.data());
        }
        pad(out);
        return out.toByteArray();
    }

    Path write(Path file) {
        try {
            return Files.write(file, bytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int number(GgmlType type) {
        for (int id = 0; id < 64; id++) {
            if (GgmlType.of(id) == type) {
                return id;
            }
        }
        throw new IllegalArgumentException(type + " has no number");
    }

    private static void value(ByteArrayOutputStream out, Object value) {
        if (value instanceof Integer number) {
            write(out, little(8).putInt(4).putInt(number));
        } else if (value instanceof Long number) {
            write(out, little(12).putInt(10).putLong(number));
        } else if (value instanceof Float number) {
            write(out, little(8).putInt(6).putFloat(number));
        } else if (value instanceof Boolean truth) {
            write(out, little(5).putInt(7).put((byte) (truth ? 1 : 0)));
        } else if (value instanceof String text) {
            write(out, little(4).putInt(8));
            string(out, text);
        } else if (value instanceof String[] texts) {
            write(out, little(16).putInt(9).putInt(8).putLong(texts.length));
            for (String text : texts) {
                string(out, text);
            }
        } else if (value instanceof int[] numbers) {
            ByteBuffer array = little(16 + 4 * numbers.length).putInt(9).putInt(5);
            array.putLong(numbers.length);
            for (int number : numbers) {
                array.putInt(number);
            }
            write(out, array);
        } else if (value instanceof float[] numbers) {
            ByteBuffer array = little(16 + 4 * numbers.length).putInt(9).putInt(6);
            array.putLong(numbers.length);
            for (float number : numbers) {
                array.putFloat(number);
            }
            write(out, array);
        } else {
            throw new IllegalArgumentException("" + value);
        }
    }

    private static void string(ByteArrayOutputStream out, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        write(out, little(8).putLong(utf8.length));
        out.writeBytes(utf8);
    }

    private static void pad(ByteArrayOutputStream out) {
        out.writeBytes(new byte[(int) padded(out.size()) - out.size()]);
    }

    private static long padded(long bytes) {
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    private static void write(ByteArrayOutputStream out, ByteBuffer bytes) {
        out.writeBytes(bytes.array());
    }

    static ByteBuffer little(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    static JsonNode json(Path file) {
        try {
            return new ObjectMapper().readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
