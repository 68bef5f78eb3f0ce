package org.kindred.policy.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.checkpoint.StorageType;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.model.EngineOptions;
import org.kindred.policy.model.ModelConfig;
import org.kindred.policy.tokenizer.BpeTrainer;
import org.kindred.policy.tokenizer.Tokenizer;

/** Models of published proportions with random weights: speed does not depend on what they say. */
public enum BenchShape {
    /** 10.0 million parameters: 8 layers of width 256, vocabulary 8,192. */
    SMALL("10m", 8192, 256, 1024, 8, 8, 4),
    /** The proportions of SmolLM2-135M: 30 layers of width 576, vocabulary 49,152. */
    SMOLLM2("smollm2-135m", 49152, 576, 1536, 30, 9, 3);

    private static final int CONTEXT = 2048;
    private static final int END = 2;
    private static final int PADDING = 0;

    private final String label;
    private final ModelConfig config;

    BenchShape(
            String label,
            int vocabulary,
            int hidden,
            int inner,
            int layers,
            int heads,
            int groups) {
        this.label = label;
        config =
                new ModelConfig(
                        ModelConfig.Architecture.LLAMA,
                        vocabulary,
                        hidden,
                        inner,
                        layers,
                        heads,
                        groups,
                        hidden / heads,
                        1e-5,
                        true,
                        CONTEXT,
                        ModelConfig.Rope.plain(10_000),
                        null,
                        List.of(END),
                        PADDING,
                        StorageType.F32);
    }

    /** What the command line calls it. */
    public String label() {
        return label;
    }

    public ModelConfig config() {
        return config;
    }

    /** A model of this shape; the caller closes it. */
    public CausalLm model(EngineOptions engine) {
        return CausalLm.create(config, engine, SeedTree.root(1).child("weights"));
    }

    /** Some tokenizer, since a rollout decodes what it sampled; the caller closes it. */
    public static Tokenizer tokenizer() {
        try {
            Path folder = Files.createTempDirectory("kindred-bench-");
            try {
                BpeTrainer.train(Stream.of("a"), new BpeTrainer.Options(300, List.of(), 2), folder);
                return Tokenizer.load(folder);
            } finally {
                for (Path file : list(folder)) {
                    Files.delete(file);
                }
                Files.delete(folder);
            }
        } catch (IOException e) {
            throw AtomicFiles.failure(
                    "making a tokenizer in", Path.of(System.getProperty("java.io.tmpdir")), e);
        }
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }
}
