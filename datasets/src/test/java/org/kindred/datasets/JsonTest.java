package org.kindred.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonTest {

    record Numbers(int count, double value, List<Double> more) {}

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"count\":1,\"count\":2,\"value\":1,\"more\":[]}",
                "{\"count\":\"1\",\"value\":1,\"more\":[]}",
                "{\"count\":1,\"value\":\"1.0\",\"more\":[]}",
                "{\"count\":1,\"value\":NaN,\"more\":[]}",
                "{\"count\":1,\"value\":1,\"more\":[],\"other\":1}",
                "{\"count\":1,\"value\":1,\"more\":[]} 2",
                "{\"count\":true,\"value\":1,\"more\":[]}",
            })
    void mapper_looseInput_isRefused(String text) {
        assertThatThrownBy(() -> Json.mapper().readValue(text, Numbers.class))
                .isInstanceOf(JsonProcessingException.class);
    }

    @Test
    void mapper_tooDeep_isRefused() {
        String deep = "[".repeat(101) + "]".repeat(101);

        assertThatThrownBy(() -> Json.mapper().readTree(deep))
                .isInstanceOf(JsonProcessingException.class);
    }

    @Test
    void mapper_tokensThatAreNoNumbers_becomeNullFromEverySource() throws IOException {
        String text = "{\"a\":NaN,\"b\":[Infinity,-Infinity,1.5],\"c\":-0.0}";
        JsonNode fromText = Json.mapper().readTree(text);

        assertThat(fromText.toString()).isEqualTo("{\"a\":null,\"b\":[null,null,1.5],\"c\":-0.0}");
        assertThat(Json.mapper().readTree(text.getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(fromText);
        assertThat(Json.mapper().readTree(new StringReader(text))).isEqualTo(fromText);
        assertThat(Json.mapper().convertValue(fromText, Object.class))
                .isEqualTo(Json.mapper().readerFor(Object.class).readValue(text));
        assertThat(Json.mapper().copy().readTree(text)).isEqualTo(fromText);
    }

    @Test
    void line_numbersThatAreNotFinite_becomeNull() {
        assertThat(Json.line(new Object[] {Double.NaN, Float.POSITIVE_INFINITY, 1.0}))
                .isEqualTo("[null,null,1.0]");
        assertThat(Json.line(new double[] {Double.NaN, 2})).isEqualTo("[null,2.0]");
        assertThat(Json.line(new float[] {Float.NaN, 2})).isEqualTo("[null,2.0]");
    }

    @Test
    void line_mapsAndRecords_haveOneOrder() {
        assertThat(Json.line(Map.of("b", 1, "a", 2, "c", 3)))
                .isEqualTo("{\"a\":2,\"b\":1,\"c\":3}");
        assertThat(Json.line(new Numbers(1, 2, List.of())))
                .isEqualTo("{\"count\":1,\"value\":2.0,\"more\":[]}");
    }

    @Test
    void read_failure_saysWhereWithoutTheText(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("x.json");
        Files.writeString(file, "{\"count\":1,\n\"value\":\"canary\",\"more\":[]}");

        assertThatThrownBy(() -> Json.read(file, Numbers.class, "the numbers"))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("field value")
                .hasMessageContaining("line 2")
                .hasMessageNotContaining("canary");
        Files.writeString(file, "canary");
        assertThatThrownBy(() -> Json.read(file, Numbers.class, "the numbers"))
                .isInstanceOf(KindredException.class)
                .hasMessageNotContaining("canary");
    }

    @Test
    void write_pretty_readsBack(@TempDir Path folder) {
        Path file = folder.resolve("x.json");
        Numbers value = new Numbers(3, 0.1, List.of(1.0));

        Json.write(file, value);

        assertThat(Json.read(file, Numbers.class, "the numbers")).isEqualTo(value);
        assertThat(file).content().contains("\n").doesNotContain("\r").endsWith("}\n");
    }

    /** Texts go through an encoder of our own. */
    @Property(seed = "20261122")
    void bytes_areThoseOfThePlainLibrary(
            @ForAll @Size(max = 5) List<@StringLength(max = 90) String> parts) throws IOException {
        String text = String.join("\n\"né–😀\\", parts);
        JsonMapper library =
                JsonMapper.builder(
                                JsonFactory.builder()
                                        .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
                                        .build())
                        .build();

        assertThat(new String(Json.mapper().writeValueAsBytes(parts), StandardCharsets.UTF_8))
                .isEqualTo(new String(library.writeValueAsBytes(parts), StandardCharsets.UTF_8));
        assertThat(new String(Json.mapper().writeValueAsBytes(text), StandardCharsets.UTF_8))
                .isEqualTo(new String(library.writeValueAsBytes(text), StandardCharsets.UTF_8));
    }

    @Test
    void bytes_ofHalfAPair_keepIt() throws IOException {
        for (String text : List.of("a \uD83D", "\uDE00 and \uD83Dx", "\uD83D\uD83D\uDE00")) {
            byte[] bytes = Json.mapper().writeValueAsBytes(text);
            assertThat(Json.mapper().readValue(bytes, String.class)).isEqualTo(text);
        }
    }
}
