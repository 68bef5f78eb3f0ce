package org.kindred.reward.baseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.CanonicalReader;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Message;
import org.kindred.datasets.Preference;
import org.kindred.reward.UserContext;

final class TextAdaptationTest {

    @Test
    void ownChoices_turnTheGlobalOrder() {
        List<Preference> rows = new ArrayList<>();
        for (int user = 0; user < 10; user++) {
            for (int slot = 1; slot <= 4; slot++) {
                rows.add(row("u" + user, slot, user < 8 ? "tea" : "coffee"));
            }
        }
        TextAdaptation fitted = TextAdaptation.fit(rows);
        Baseline.Scorer stranger = fitted.forUser(new UserContext("new", List.of()));
        assertThat(stranger.score("", "some tea 9")).isGreaterThan(stranger.score("", "coffee 9"));
        Baseline.Scorer other =
                fitted.forUser(new UserContext("u9", rows.subList(rows.size() - 4, rows.size())));
        assertThat(other.score("", "some coffee 9")).isGreaterThan(other.score("", "some tea 9"));
    }

    private static Preference row(String user, int slot, String liked) {
        String disliked = liked.equals("tea") ? "coffee" : "tea";
        return new Preference(
                user + "-" + slot,
                user,
                List.of(Message.user("What shall I drink?")),
                List.of(Message.assistant("some " + liked + " " + slot)),
                List.of(Message.assistant("some " + disliked + " " + slot)),
                null,
                null,
                null,
                "seen",
                "train",
                "fit",
                slot,
                null,
                null,
                null,
                null);
    }

    @Test
    void withoutRows_thereIsNothingToFit() {
        assertThatThrownBy(() -> TextAdaptation.fit(List.of()))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("no training rows");
    }

    /** The numbers of the data set's own page, computed elsewhere. */
    @Test
    void votes_areReadAsTheirPageSays() {
        Path folder = Path.of(System.getProperty("kindred.shared", "absent"), "data", "senate109");
        assumeTrue(Files.isDirectory(folder), "the votes lie beside the repository");
        List<Preference> rows = CanonicalReader.read(folder).dataset().preferences();
        TextAdaptation fitted =
                TextAdaptation.fit(
                        rows.stream()
                                .filter(row -> "seen".equals(row.userSplit()))
                                .filter(row -> "fit".equals(row.part()))
                                .toList());
        assertThat(accuracy(fitted, rows, "train")).isCloseTo(75.7, within(0.4));
        assertThat(accuracy(fitted, rows, "test")).isCloseTo(60.4, within(0.4));
    }

    private static double accuracy(TextAdaptation fitted, List<Preference> rows, String items) {
        List<Preference> unseen =
                rows.stream().filter(row -> "unseen".equals(row.userSplit())).toList();
        int right = 0;
        int all = 0;
        for (UserContext user : UserContext.byUser(unseen).values()) {
            List<Preference> past =
                    user.history().stream().filter(row -> "fit".equals(row.part())).toList();
            Baseline.Scorer scorer =
                    fitted.forUser(new UserContext(user.userId(), past.subList(0, 10)));
            for (Preference target : user.history()) {
                if ("eval".equals(target.part()) && items.equals(target.itemSplit())) {
                    all++;
                    right +=
                            scorer.score("", target.chosenText())
                                            > scorer.score("", target.rejectedText())
                                    ? 1
                                    : 0;
                }
            }
        }
        return 100.0 * right / all;
    }
}
