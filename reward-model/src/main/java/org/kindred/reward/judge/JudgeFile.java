package org.kindred.reward.judge;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.kindred.datasets.Json;
import org.kindred.datasets.KindredException;
import org.kindred.reward.TextEmbedder;

/**
 * A fitted judge as JSON. Vectors of the embedder are little-endian 32-bit floats in base 64, other
 * numbers are decimal and read back bit for bit. Holds user ids with their coordinates and words of
 * training texts, no texts.
 */
@SuppressWarnings("ArrayRecordComponent") // vectors and matrices; never compared as a whole
record JudgeFile(
        int formatVersion,
        String embedder,
        List<String> criteria,
        CriteriaScale scale,
        List<String> terms,
        double[] idf,
        byte[] embeddingMean,
        List<byte[]> landmarks,
        List<TextKernel.Weights> directions,
        Map<String, double[]> effects,
        double[] offsets,
        byte[] scenarioMean,
        List<byte[]> scenarios,
        double scenarioThreshold,
        RubricJudge.Priors priors,
        @JsonProperty("rating_gaps") RatingGaps gaps,
        RubricWriter writer,
        RatingModel ratings,
        Selection selection,
        JudgeOptions.ScoreScale scoreScale,
        Plausibility plausibility,
        Map<String, double[]> coordinates) {

    static final int VERSION = 4;

    static JudgeFile read(Path file, TextEmbedder embedder) {
        JudgeFile read = Json.read(file, JudgeFile.class, "the rubric judge");
        if (read.formatVersion != VERSION) { // older ones lack parts of this version
            throw wrong(file, "format_version", read.formatVersion, String.valueOf(VERSION));
        }
        if (!read.embedder.equals(embedder.name())) {
            throw wrong(file, "embedder", read.embedder, embedder.name());
        }
        List<String> bank = Criteria.BANK.stream().map(Criterion::id).toList();
        if (!read.criteria.equals(bank)) {
            throw wrong(
                    file,
                    "criteria",
                    read.criteria.size() + " ids",
                    "the " + bank.size() + " ids of this version");
        }
        return read;
    }

    static JudgeFile of(
            AxisScorer scorer,
            Scenarios scenarios,
            RubricJudge.Priors priors,
            RatingGaps gaps,
            RubricWriter writer,
            RatingModel ratings,
            Selection selection,
            JudgeOptions.ScoreScale scoreScale,
            Plausibility plausibility,
            Map<String, double[]> coordinates) {
        TextReader reader = scorer.reader();
        return new JudgeFile(
                VERSION,
                reader.embedder().name(),
                Criteria.BANK.stream().map(Criterion::id).toList(),
                reader.scale(),
                reader.tfIdf().terms(),
                reader.tfIdf().idf(),
                bytes(reader.embeddingMean()),
                bytes(scorer.landmarks()),
                List.of(scorer.weights()),
                scorer.effects(),
                scorer.offsets(),
                bytes(scenarios.mean()),
                bytes(scenarios.centroids()),
                scenarios.threshold(),
                priors,
                gaps,
                writer,
                ratings,
                selection,
                scoreScale,
                plausibility,
                coordinates);
    }

    RubricJudge judge(TextEmbedder textEmbedder) {
        TextReader reader =
                new TextReader(scale, new TfIdf(terms, idf), floats(embeddingMean), textEmbedder);
        return new RubricJudge(
                new AxisScorer(
                        reader,
                        floats(landmarks),
                        directions.toArray(new TextKernel.Weights[0]),
                        effects,
                        offsets),
                new Scenarios(floats(scenarioMean), floats(scenarios), scenarioThreshold),
                priors,
                gaps,
                writer,
                ratings,
                selection,
                scoreScale,
                plausibility,
                coordinates);
    }

    private static float[][] floats(List<byte[]> vectors) {
        return vectors.stream().map(JudgeFile::floats).toArray(float[][]::new);
    }

    private static List<byte[]> bytes(float[][] vectors) {
        return Arrays.stream(vectors).map(JudgeFile::bytes).toList();
    }

    private static byte[] bytes(float[] vector) {
        ByteBuffer buffer =
                ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asFloatBuffer().put(vector);
        return buffer.array();
    }

    private static float[] floats(byte[] bytes) {
        float[] vector = new float[bytes.length / Float.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(vector);
        return vector;
    }

    private static KindredException wrong(Path file, String field, Object found, String expected) {
        return new KindredException(
                "the rubric judge in "
                        + file
                        + " cannot be used: "
                        + field
                        + " is "
                        + found
                        + ", expected "
                        + expected
                        + "; fit the judge again");
    }
}
