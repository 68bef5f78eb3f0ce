package org.kindred.reward.training;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Message;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.model.DecoderOptions;
import org.kindred.policy.model.EngineOptions;
import org.kindred.policy.tokenizer.BpeTrainer;
import org.kindred.policy.tokenizer.Tokenizer;

/** A decoder with random weights, and a tokenizer of the texts that it will learn from. */
public final class ScratchModel {
    private ScratchModel() {}

    public static void write(
            Path folder,
            List<ChainExamples.Exchange> exchanges,
            DecoderOptions options,
            EngineOptions engine,
            SeedTree seeds) {
        try {
            AtomicFiles.createFolders(folder);
        } catch (IOException e) {
            throw AtomicFiles.failure("creating the folder", folder, e);
        }
        BpeTrainer.train(
                exchanges.stream().flatMap(e -> Stream.of(Message.text(e.question()), e.answer())),
                new BpeTrainer.Options(options.vocabularySize(), List.of(), 2),
                folder);
        try (Tokenizer tokenizer = Tokenizer.load(folder);
                CausalLm model = options.create(tokenizer, engine, seeds)) {
            model.save(folder);
        }
    }
}
