package org.kindred.reward.prototype;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kindred.datasets.Preference;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.TwoCamps;
import org.kindred.reward.UserContext;
import org.kindred.reward.WordHashEmbedder;
import org.kindred.reward.judge.JudgeOptions;
import org.kindred.reward.judge.RubricJudge;
import org.kindred.reward.prototype.PrototypeSpace.Neighbours;
import org.kindred.reward.prototype.PrototypeSpace.Prototype;

final class PrototypeSpaceTest {
    private static final SeedTree SEEDS = SeedTree.root(2);
    private static final List<Preference> ROWS = TwoCamps.rows(20, 16, 1);
    private static final Map<String, UserContext> STRANGERS =
            UserContext.byUser(TwoCamps.rows(12, 12, 99));

    private static RubricJudge judge;
    private static PrototypeSpace space;

    @BeforeAll
    static void fit() {
        judge = RubricJudge.fit(ROWS, new WordHashEmbedder(), JudgeOptions.search().first(), SEEDS);
        space = PrototypeSpace.fit(judge, ROWS, PrototypeOptions.defaults().withK(2), SEEDS);
    }

    @Test
    void neighbours_fourPoints_followTheDesignVectors() {
        // p-genrm section 6, "Cells": (1,0) (.8,.6) (0,1) (-.6,.8), query (.6,.8)
        PrototypeSpace points =
                new PrototypeSpace(
                        new TasteFeatures(judge, PrototypeOptions.Features.WEIGHTS, 1, 1),
                        List.of(
                                new Prototype(
                                        "prototype-0",
                                        new double[] {.9, .3},
                                        List.of("p1", "p2"),
                                        "Wants: x.",
                                        null),
                                new Prototype(
                                        "prototype-1",
                                        new double[] {-.3, .9},
                                        List.of("p3", "p4"),
                                        "Wants: y.",
                                        null)),
                        null,
                        Map.of(
                                "p1", new double[] {1, 0},
                                "p2", new double[] {.8, .6},
                                "p3", new double[] {0, 1},
                                "p4", new double[] {-.6, .8}));
        double[] query = {.6, .8};

        assertThat(points.neighbours(query, "prototype-0", "somebody", 2))
                .isEqualTo(new Neighbours(List.of("p2", "p1"), false));
        assertThat(points.neighbours(query, "prototype-0", "p2", 1))
                .isEqualTo(new Neighbours(List.of("p1"), false));
        assertThat(points.neighbours(query, "prototype-0", "p2", 3))
                .isEqualTo(new Neighbours(List.of("p1", "p3", "p4"), true));
        assertThat(points.neighbours(query, "prototype-0", "p2", 9).userIds()).hasSize(3);
    }

    @Test
    void fit_twoCamps_findsThem() {
        for (Prototype prototype : space.prototypes()) {
            long brief = prototype.members().stream().filter(TwoCamps::likesBrief).count();
            long most = Math.max(brief, prototype.members().size() - brief);
            assertThat((double) most / prototype.members().size()).isGreaterThanOrEqualTo(0.9);
            assertThat(prototype.stability()).isBetween(0.75, 1.0);
        }
        assertThat(space.members()).hasSize(20);
        assertThat(space.map()).hasSize(20);
    }

    @Test
    void fit_automaticCount_findsFew() {
        PrototypeSpace automatic =
                PrototypeSpace.fit(judge, ROWS, PrototypeOptions.defaults(), SEEDS);

        assertThat(automatic.prototypes()).hasSizeBetween(2, 3); // 20 people are a small sample
    }

    @Test
    void assign_peopleNeverMet_joinTheirCamp() {
        String brief = space.members().get("u00");
        long right =
                STRANGERS.values().stream()
                        .filter(
                                user ->
                                        space.assign(user).equals(brief)
                                                == TwoCamps.likesBrief(user.userId()))
                        .count();

        assertThat(right).isGreaterThanOrEqualTo(11); // of 12
    }

    @Test
    void neighbours_memberOfTheSpace_isNeverHisOwn() {
        UserContext member = UserContext.byUser(ROWS).get("u04");

        Neighbours near = space.neighbours(member, 5);

        assertThat(near.userIds()).hasSize(5).doesNotHaveDuplicates().doesNotContain("u04");
        assertThat(near.cellShort()).isFalse();
        assertThat(space.neighbours(member, 15).cellShort()).isTrue();
        assertThat(space.nearestUsers(member, 5).userIds()).doesNotContain("u04").hasSize(5);
        assertThat(space.randomUsers(member, 5, SEEDS))
                .isEqualTo(space.randomUsers(member, 5, SEEDS));
    }

    @ParameterizedTest
    @EnumSource(PrototypeOptions.Features.class)
    void load_savedSpace_assignsAlike(PrototypeOptions.Features features, @TempDir Path folder) {
        PrototypeSpace saved =
                PrototypeSpace.fit(judge, ROWS, new PrototypeOptions(3, 8, features, 5, 3), SEEDS);
        Path file = folder.resolve("prototypes.json");
        saved.save(file);

        PrototypeSpace loaded = PrototypeSpace.load(file, judge);

        assertThat(loaded.members()).isEqualTo(saved.members());
        assertThat(loaded.prototypes())
                .extracting(Prototype::stability)
                .isEqualTo(saved.prototypes().stream().map(Prototype::stability).toList())
                .doesNotContainNull();
        for (UserContext user : STRANGERS.values()) {
            assertThat(loaded.assign(user)).isEqualTo(saved.assign(user));
            assertThat(loaded.neighbours(user, 4)).isEqualTo(saved.neighbours(user, 4));
        }
        loaded.map()
                .forEach((user, point) -> assertThat(point).containsExactly(saved.map().get(user)));
    }
}
