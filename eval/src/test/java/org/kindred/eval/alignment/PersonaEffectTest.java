package org.kindred.eval.alignment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.SeedTree;
import org.kindred.eval.alignment.PersonaEffect.Answer;

final class PersonaEffectTest {
    private static List<PersonaEffect> of(List<Answer> answers, String... policies) {
        return PersonaEffect.of(answers, List.of(policies), 200, SeedTree.root(1));
    }

    @Test
    void effect_isOwnMinusStranger_perGroup_withUsersAsUnits() {
        List<Answer> answers = new ArrayList<>();
        for (int user = 0; user < 12; user++) {
            String group = user < 8 ? "many" : "few";
            double gain = group.equals("many") ? 0.1 : 0.4;
            for (int prompt = 0; prompt < 2; prompt++) {
                double base = 0.3 + 0.01 * user;
                answers.add(new Answer("sft", "u" + user, group, base + gain, base, base + 0.05));
            }
        }
        List<PersonaEffect> rows = of(answers, "sft", "absent");
        assertThat(rows)
                .extracting(PersonaEffect::group)
                .containsExactly(Alignment.ALL, "few", "many");
        PersonaEffect all = rows.get(0);
        assertThat(all.users()).isEqualTo(12);
        assertThat(all.prompts()).isEqualTo(24);
        assertThat(all.effect().mean()).isCloseTo((8 * 0.1 + 4 * 0.4) / 12, within(1e-12));
        assertThat(rows.get(1).effect().mean()).isCloseTo(0.4, within(1e-12));
        assertThat(rows.get(2).overNone().mean()).isCloseTo(0.05, within(1e-12));
        assertThat(all.sentence()).contains("sft: ", "+0.200", "on 24 prompts", "follows personas");
    }

    @Test
    void whatIsNotKnown_isLeftOut_andNoEffectIsSaidSo() {
        PersonaEffect row = alternating(0.02);
        assertThat(row.effect().mean()).isCloseTo(0, within(1e-12));
        assertThat(row.sentence()).contains("does not read the persona");
        assertThat(row.none().mean()).isNaN();
        assertThat(alternating(0.2).sentence()).contains("do not tell whether");
    }

    /** Worth so much for every other user, and so little for the rest. */
    private static PersonaEffect alternating(double effect) {
        List<Answer> answers = new ArrayList<>();
        for (int user = 0; user < 10; user++) {
            double sign = user % 2 == 0 ? effect : -effect;
            answers.add(new Answer("sft", "u" + user, "all", 0.5 + sign, 0.5, Double.NaN));
        }
        return of(answers, "sft").get(0);
    }
}
