package org.kindred.eval.metric;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import org.kindred.datasets.Json;

/**
 * Reads results back: a number that was not finite is {@code null} in the file and NaN in memory,
 * never 0.
 */
public final class ResultJson {
    private static final ObjectMapper MAPPER =
            Json.mapper()
                    .copy()
                    .registerModule(
                            new SimpleModule().addDeserializer(double.class, new NullIsNaN()));

    private ResultJson() {}

    public static <T> T read(byte[] json, Class<T> type) throws IOException {
        return MAPPER.readValue(json, type);
    }

    private static final class NullIsNaN extends StdScalarDeserializer<Double> {
        private static final long serialVersionUID = 1L;

        NullIsNaN() {
            super(double.class);
        }

        @Override
        public Double deserialize(JsonParser parser, DeserializationContext context)
                throws IOException {
            return parser.getDoubleValue();
        }

        @Override
        public Double getNullValue(DeserializationContext context) {
            return Double.NaN;
        }
    }
}
