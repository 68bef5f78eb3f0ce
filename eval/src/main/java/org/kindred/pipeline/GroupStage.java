package org.kindred.pipeline;

import java.util.List;
import java.util.Map;
import org.kindred.reward.prototype.PreferenceGroups;

/** {@code reward/groups.json}: the preference group of every user, as the judge finds them. */
final class GroupStage implements Stage {
    static final String NAME = "groups";
    static final String FILE = "reward/groups.json";

    private final RunContext context;

    GroupStage(RunContext context) {
        this.context = context;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String note() {
        return "cells of like-minded users, " + context.options().groups().by().spelling();
    }

    @Override
    public Map<String, String> reads(RecipeOptions options) {
        return RunContext.leaves(
                options, "seed", "groups.", "judge.prototypes.", "judge.scenarios.");
    }

    @Override
    public List<String> after() {
        return List.of(DataStage.NAME, JudgeStage.NAME);
    }

    @Override
    public List<String> outputs() {
        return List.of(FILE, "reward/prototypes.json", "reward/scenario-prototypes.json");
    }

    @Override
    public boolean repeats() {
        return true;
    }

    @Override
    public boolean run() {
        GroupOptions options = context.options().groups();
        if (!options.by().needsPrototypes(context.data().dataset())) {
            return true;
        }
        PreferenceGroups groups =
                context.judge().groups(context.everybody(), options.level(), context.progress());
        groups.save(context.path(FILE));
        context.judge().save(context.path(""));
        if (groups.unplaced() > 0) {
            context.note(
                    groups.unplaced()
                            + " users have no preference group, since the judge could write nothing"
                            + " about them; they are a group of their own, "
                            + PreferenceGroups.UNPLACED);
        }
        context.progress().stage(NAME, groups.groups().size() + " groups: " + groups.sizes());
        return true;
    }
}
