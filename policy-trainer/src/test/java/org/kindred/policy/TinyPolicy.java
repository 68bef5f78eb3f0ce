package org.kindred.policy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.model.EngineOptions;
import org.kindred.policy.model.ModelConfig;
import org.kindred.policy.tokenizer.BpeTrainer;
import org.kindred.policy.tokenizer.Tokenizer;

/** A byte-level tokenizer without merges and two layers of random weights, for tests. */
public final class TinyPolicy {
    /** One thread, so that results repeat and busy machines do not stall. */
    public static final EngineOptions ENGINE =
            EngineOptions.defaults().withDevice(EngineOptions.Device.CPU).withThreads(1);

    private TinyPolicy() {}

    public static Tokenizer tokenizer(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        BpeTrainer.train(Stream.of("a"), new BpeTrainer.Options(259, List.of(), 2), folder);
        return Tokenizer.load(folder);
    }

    public static CausalLm model(Tokenizer tokenizer, long seed) {
        return model(tokenizer, seed, ENGINE);
    }

    public static CausalLm model(Tokenizer tokenizer, long seed, EngineOptions engine) {
        return CausalLm.create(
                ModelConfig.small(
                        tokenizer.vocabularySize(),
                        32,
                        2,
                        2,
                        1,
                        64,
                        tokenizer.eosIds().get(0),
                        tokenizer.padId()),
                engine,
                SeedTree.root(seed));
    }
}
