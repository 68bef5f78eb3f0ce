package org.kindred.datasets.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.CanonicalReader;
import org.kindred.datasets.Json;
import org.kindred.datasets.Leak;
import org.kindred.datasets.Message;
import org.kindred.datasets.Preference;
import org.kindred.datasets.PreferenceDataset;
import org.kindred.datasets.source.Unread;

final class InspectionTest {

    @Test
    void distribution_ofOneToFive_hasTheUsualQuantiles() {
        Distribution numbers = Distribution.of(List.of(5, 3, 1, 2, 4));
        assertThat(numbers.median()).isEqualTo(3);
        assertThat(numbers.p25()).isEqualTo(2); // linear interpolation, type 7
        assertThat(numbers.p95()).isEqualTo(4.8);
        assertThat(numbers.mean()).isEqualTo(3);
        assertThat(numbers.histogram()).hasSize(20);
        assertThat(numbers.histogram().stream().mapToLong(Long::longValue).sum()).isEqualTo(5);
    }

    @Test
    void distribution_ofNothingAndOfOneValue_holds() {
        assertThat(Distribution.of(List.of()).histogram()).isEmpty();
        assertThat(Distribution.of(List.of(7, 7)).histogram()).startsWith(2L);
    }

    @Test
    void rows_areCounted_tiesRepeatsAndContradictionsFound() {
        List<Preference> rows = new ArrayList<>();
        rows.add(row("1", "u", "p", "long answer", "b", 80.0, 20.0, "fit"));
        rows.add(row("2", "u", "p", "long answer", "b", 50.0, 50.0, "fit"));
        rows.add(row("3", "u", "p", "b", "long answer", 30.0, 40.0, "eval"));
        rows.add(row("4", "v", "q", "c", "d", null, null, "fit"));
        Inspection of = inspect(rows);
        assertThat(of.users()).isEqualTo(2);
        assertThat(of.pairsPerUser().max()).isEqualTo(3);
        assertThat(of.repeated()).isEqualTo(1);
        assertThat(of.contradictory()).isEqualTo(1);
        assertThat(of.longerChosen()).isEqualTo(0.5);
        assertThat(of.scores().rated()).isEqualTo(3);
        assertThat(of.scores().tieShare()).isEqualTo(1.0 / 3);
        assertThat(of.scores().invertedShare()).isEqualTo(1.0 / 3);
        assertThat(of.scores().userWidth().max()).isEqualTo(60); // 20 to 80
        assertThat(of.leaks()).extracting(Leak::kind).contains(Leak.Kind.CONTEXT_SHARES_PROMPT);
        assertThat(of.examples()).extracting(Inspection.Example::id).containsExactly("1", "3", "4");
    }

    @Test
    void pages_holdNumbersAndNoText() {
        Inspection of =
                inspect(List.of(row("1", "u", "p", "canary <b>", "other", 1.0, 0.0, "fit")));
        String html = InspectionPage.html(of);
        assertThat(html).contains("<svg", "pairs a user").doesNotContain("canary", "http");
        assertThat(InspectionPage.text(of))
                .contains("1 users, 1 pairs", "not read   other.csv: no_records")
                .doesNotContain("canary");
        assertThat(Json.pretty(of)).contains("\"pairs_per_user\"").doesNotContain("canary");
    }

    private static Inspection inspect(List<Preference> rows) {
        return Inspection.of(
                "test",
                new CanonicalReader.Loaded(
                        new PreferenceDataset(List.of(), rows), List.of(), null, List.of()),
                List.of(new Unread("other.csv", "no_records")));
    }

    private static Preference row(
            String id,
            String user,
            String prompt,
            String chosen,
            String rejected,
            Double chosenScore,
            Double rejectedScore,
            String part) {
        return new Preference(
                id,
                user,
                List.of(Message.user(prompt)),
                List.of(Message.assistant(chosen)),
                List.of(Message.assistant(rejected)),
                "home",
                null,
                null,
                "seen",
                "train",
                part,
                null,
                chosenScore,
                rejectedScore,
                null,
                null);
    }
}
