package org.kindred.cli;

import java.io.IOException;
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

/** Small data of people whose taste is plain, and a small model, as users have them on disk. */
final class PeopleFixture {
    private static final String[] THINGS = {
        "tea", "rain", "bread", "chess", "trains", "maps", "soap", "clocks", "wool", "salt",
        "paint", "glass"
    };

    private PeopleFixture() {}

    /**
     * A canonical folder without places: two of three users prefer short answers, the others long
     * ones; {@code who.csv} says who.
     */
    static Path people(Path folder, int users, int rowsEach) throws IOException {
        Files.createDirectories(folder);
        StringBuilder rows = new StringBuilder();
        StringBuilder labels = new StringBuilder("user,taste\n");
        for (int u = 0; u < users; u++) {
            boolean brief = u % 3 != 0;
            labels.append("u%02d,%s\n".formatted(u, brief ? "brief" : "ample"));
            for (int i = 0; i < rowsEach; i++) {
                String thing = THINGS[(u + i) % THINGS.length];
                String shortOne = "Just try some " + thing + " " + i + ".";
                String longOne =
                        "Well, there is a great deal to say about %s, and I would begin with the history, then the uses, and number %d of all that follows."
                                .formatted(thing, i + u);
                rows.append(
                        "{\"id\":\"r%d-%d\",\"user_id\":\"u%02d\",\"prompt\":[{\"role\":\"user\",\"content\":\"What about %s?\"}],\"chosen\":[{\"role\":\"assistant\",\"content\":\"%s\"}],\"rejected\":[{\"role\":\"assistant\",\"content\":\"%s\"}]}\n"
                                .formatted(
                                        u,
                                        i,
                                        u,
                                        thing,
                                        brief ? shortOne : longOne,
                                        brief ? longOne : shortOne));
            }
        }
        Files.writeString(folder.resolve("preferences.jsonl"), rows.toString());
        Files.writeString(folder.resolve("who.csv"), labels.toString());
        return folder;
    }

    /** A Hugging Face folder of one small layer. */
    static Path model(Path folder) throws IOException {
        Files.createDirectories(folder);
        BpeTrainer.train(
                Stream.of("the a of to and in is it you that what about just try some well there"),
                new BpeTrainer.Options(300, List.of(), 1),
                folder);
        EngineOptions engine =
                EngineOptions.defaults().withDevice(EngineOptions.Device.CPU).withThreads(1);
        try (Tokenizer tokenizer = Tokenizer.load(folder);
                CausalLm policy =
                        CausalLm.create(
                                ModelConfig.small(
                                        tokenizer.vocabularySize(),
                                        16,
                                        1,
                                        2,
                                        1,
                                        2048,
                                        tokenizer.eosIds().get(0),
                                        tokenizer.padId()),
                                engine,
                                SeedTree.root(1))) {
            policy.save(folder);
        }
        return folder;
    }
}
