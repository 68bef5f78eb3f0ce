package org.kindred.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kindred.datasets.KindredException;
import org.kindred.policy.checkpoint.StorageType;
import org.kindred.policy.checkpoint.TensorSpec;

final class ModelConfigTest {
    /** The least that a config must say. */
    private static final String LEAST =
            "'architectures':['LlamaForCausalLM'],'vocab_size':50,'hidden_size':8,"
                    + "'intermediate_size':16,'num_hidden_layers':2,'num_attention_heads':2";

    @TempDir Path folder;

    @Test
    void read_leastFields_defaultsOfTransformers() {
        ModelConfig config = read("{" + LEAST + "}");

        assertThat(config.keyValueHeads()).isEqualTo(2);
        assertThat(config.headDim()).isEqualTo(4);
        assertThat(config.rmsNormEps()).isEqualTo(1e-6);
        assertThat(config.rope()).isEqualTo(ModelConfig.Rope.plain(10_000));
        assertThat(config.tieWordEmbeddings()).isFalse();
        assertThat(config.bosTokenId()).isEqualTo(1);
        assertThat(config.eosTokenIds()).containsExactly(2);
        assertThat(config.padTokenId()).isNull();
        assertThat(config.storageType()).isEqualTo(StorageType.F32);
    }

    @Test
    void read_listOfEos_minusOneAsPad_halfPrecision() {
        ModelConfig config =
                read("{" + LEAST + ",'eos_token_id':[7,9],'pad_token_id':-1,'dtype':'float16'}");

        assertThat(config.eosTokenIds()).containsExactly(7, 9);
        assertThat(config.padTokenId()).isNull();
        assertThat(config.storageType()).isEqualTo(StorageType.F16);
    }

    @Test
    void read_oldNameOfRopeType_accepted() {
        ModelConfig config =
                read("{" + LEAST + ",'rope_theta':500,'rope_scaling':{'type':'default'}}");

        assertThat(config.rope()).isEqualTo(ModelConfig.Rope.plain(500));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'architectures':['MistralForCausalLM'] | LlamaForCausalLM",
                "'architectures':[] | architectures",
                "'model_type':'qwen2' | model_type",
                "'hidden_act':'gelu' | silu",
                "'attention_bias':true | attention_bias",
                "'mlp_bias':true | mlp_bias",
                "'rope_scaling':{'rope_type':'yarn','factor':4.0} | rope_scaling: rope_type",
                "'rope_parameters':{'rope_theta':10.0,'factor':2.0} | rope_type",
                "'rope_scaling':{'rope_type':'llama3','factor':4.0} | low_freq_factor",
                "'rope_parameters':{'rope_type':'default','partial_rotary_factor':0.5} | partial",
                "'layer_types':['full_attention','sliding_attention'] | layer_types",
                "'quantization_config':{'quant_method':'fp8'} | quantization_config",
                "'torch_dtype':'float8' | torch_dtype",
                "'vocab_size':'50' | vocab_size: found \"50\", expected an integer",
                "'vocab_size':0 | vocab_size = 0",
                "'num_hidden_layers':2147483647 | num_hidden_layers",
                "'num_key_value_heads':3 | num_key_value_heads",
                "'head_dim':5 | head_dim",
                "'rms_norm_eps':0 | rms_norm_eps",
                "'eos_token_id':50 | eos_token_id = 50",
                "'eos_token_id':['2'] | eos_token_id",
                "'tie_word_embeddings':'yes' | tie_word_embeddings",
            })
    void read_unsupportedOrWrong_namesFileAndField(String field, String named) {
        String key = field.substring(0, field.indexOf(':'));
        String rest = LEAST.replaceFirst(key.replace("[", "\\[") + ":(\\[[^]]*]|[^,]*)(,|$)", "");
        String json = "{" + rest + (rest.endsWith(",") ? "" : ",") + field + "}";

        assertThatThrownBy(() -> read(json))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("config.json")
                .hasMessageContaining(named);
    }

    @Test
    void read_missingField_named() {
        assertThatThrownBy(() -> read("{" + LEAST.replace("'hidden_size':8,", "") + "}"))
                .hasMessageContaining("hidden_size: found nothing, expected an integer");
    }

    @Test
    void read_slidingWindow_refusedOnlyWhereInUse() {
        String qwen =
                "{"
                        + LEAST.replace("Llama", "Qwen2")
                        + ",'sliding_window':64,'use_sliding_window':%s,'max_window_layers':%d}";

        assertThat(read(String.format(qwen, false, 0)).attentionBias()).isTrue();
        assertThat(read(String.format(qwen, true, 2)).layers()).isEqualTo(2);
        assertThatThrownBy(() -> read(String.format(qwen, true, 1)))
                .hasMessageContaining("use_sliding_window");
    }

    @ParameterizedTest
    @CsvSource({"'{}}'", "'{\"a\":1,\"a\":2}'", "[]", "'{\"a\":NaN}'", "''", "'{\"a\":'"})
    void read_brokenJson_refused(String text) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(KindredException.class);
    }

    @Test
    void small_written_readsBackEqual() {
        ModelConfig config = ModelConfig.small(2048, 128, 4, 4, 2, 512, 2, 0);

        config.write(folder);

        assertThat(ModelConfig.read(folder.resolve(ModelConfig.FILE))).isEqualTo(config);
        assertThat(config.intermediateSize()).isEqualTo(352); // 128 * 8 / 3 = 341.3, to 32
        assertThat(config.bosTokenId()).isNull();
    }

    @Test
    void tensors_ofQwen3_inHuggingFaceNaming() {
        List<TensorSpec> specs =
                read("{" + LEAST.replace("Llama", "Qwen3") + ",'head_dim':6}").tensors();

        assertThat(specs)
                .contains(
                        new TensorSpec("model.layers.1.self_attn.q_proj.weight", 12, 8),
                        new TensorSpec("model.layers.1.self_attn.q_norm.weight", 6),
                        new TensorSpec("model.layers.0.mlp.down_proj.weight", 8, 16),
                        new TensorSpec("lm_head.weight", 50, 8))
                .hasSize(3 + 2 * 11);
    }

    @Test
    void inverseFrequencies_llama3_keptBlendedStretched() {
        // Wavelengths 2 pi theta^(2i/d) with theta 100, d 4: 6.28 and 62.8; original length 64,
        // high 4 -> kept below 16; low 1 -> stretched above 64; between: (64/62.83 - 1) / 3 kept.
        ModelConfig config =
                read(
                        "{"
                                + LEAST
                                + ",'rope_theta':100,'rope_scaling':{'rope_type':'llama3',"
                                + "'factor':8,'low_freq_factor':1,'high_freq_factor':4,"
                                + "'original_max_position_embeddings':64}}");

        double kept = (64 * 0.1 / (2 * Math.PI) - 1) / 3;
        assertThat(config.inverseFrequencies())
                .containsExactly(1.0, kept * 0.1 + (1 - kept) * 0.1 / 8);
    }

    private ModelConfig read(String json) {
        Path file = folder.resolve("config.json");
        try {
            Files.writeString(file, json.replace('\'', '"'));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ModelConfig.read(file);
    }
}
