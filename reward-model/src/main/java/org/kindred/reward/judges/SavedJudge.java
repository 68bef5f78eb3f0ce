package org.kindred.reward.judges;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Checksums;
import org.kindred.options.OptionTree;
import org.kindred.options.OptionsException;

/**
 * What a run folder says of its judge ({@code reward/judge.yaml}); the files of a fitted judge lie
 * beside it.
 *
 * @param judge as {@link JudgeSpec#spelling} writes it; never another run
 * @param reward the options it was opened with
 */
record SavedJudge(String judge, RewardOptions reward) {
    static final String FOLDER = "reward";
    static final String RUBRIC = "judge.json";
    static final String PROTOTYPES = "prototypes.json";
    static final String SCENARIOS = "scenario-prototypes.json";
    static final String FILE = "judge.yaml";
    static final List<String> FILES = List.of(FILE, RUBRIC, PROTOTYPES, SCENARIOS);

    void write(Path run) {
        AtomicFiles.writeText(run.resolve(FOLDER).resolve(FILE), OptionTree.yaml(this));
    }

    /**
     * @throws OptionsException if the folder holds no judge
     */
    static SavedJudge read(Path run) {
        Path file = run.resolve(FOLDER).resolve(FILE);
        if (!Files.exists(file)) {
            throw new OptionsException(
                    "run:"
                            + run
                            + (Files.isDirectory(run) ? ": holds no " : ": no such folder, or no ")
                            + FOLDER
                            + "/"
                            + FILE
                            + ". Expected the folder of a finished kindred run or kindred reward"
                            + " derive");
        }
        Checksums.check(file.getParent());
        return OptionTree.load(file, SavedJudge.class);
    }
}
