package org.kindred.eval.results;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.kindred.datasets.KindredException;

/** Checks {@code results.json} against the JSON Schema of the version that it names. */
final class ResultSchema {
    private ResultSchema() {}

    /**
     * @param what the file in words, for the message
     * @throws KindredException naming the first place that is not as the schema says
     */
    static void require(JsonNode results, String what) {
        int version = results.path("version").asInt(0);
        if (!Results.SCHEMA.equals(results.path("schema").asText()) || version != Results.VERSION) {
            throw new KindredException(
                    what
                            + ": found schema "
                            + results.path("schema").asText("(none)")
                            + " version "
                            + version
                            + ", expected "
                            + Results.SCHEMA
                            + " version "
                            + Results.VERSION
                            + ". Evaluate again with this program.");
        }
        List<Error> errors = schema(version).validate(results);
        if (!errors.isEmpty()) {
            Error first = errors.get(0);
            throw new KindredException(
                    what
                            + ": "
                            + first.getInstanceLocation()
                            + " is not as the schema says ("
                            + first.getKeyword()
                            + "), "
                            + errors.size()
                            + " such places; evaluate the run again");
        }
    }

    private static Schema schema(int version) {
        String name = "results-" + version + ".schema.json";
        try (InputStream stream = ResultSchema.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IllegalStateException("resource " + name + " is missing from the jar");
            }
            return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new IllegalStateException("resource " + name + " cannot be read", e);
        }
    }
}
