package org.kindred.reward.judge;

import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.kindred.datasets.Preference;
import org.kindred.reward.judge.Plausibility.Bound;

/** Learns {@link Plausibility} from answers, each measured by what the others teach. */
final class PlausibilityFit {
    private static final int FOLDS = 5;
    private static final int LEAST_DOMAINS = 3;
    private static final int LEAST_TEXTS = 40; // fewer say too little about others
    private static final double OFTEN = 0.005; // share of chosen answers that makes them usual

    private final List<Answer> answers;
    private final List<String> texts;
    private final Function<Answer, String> place; // what is left out together

    private record Answer(String domain, String prompt, String text, boolean chosen) {}

    /** One answer as the others let it be measured: sums, and of how many. */
    private record Measured(
            double order, double symbols, double usual, double stems, double relevance) {}

    private PlausibilityFit(Collection<Answer> answers) {
        this.answers = List.copyOf(answers);
        texts = different(Answer::text);
        List<String> domains = different(Answer::domain);
        // a text of several domains would teach its own measure
        long placed = answers.stream().map(a -> List.of(a.domain(), a.text())).distinct().count();
        boolean told =
                domains.size() >= LEAST_DOMAINS && !domains.contains("") && placed == texts.size();
        boolean manyPrompts = different(Answer::prompt).size() >= 2 * FOLDS;
        place = told ? Answer::domain : manyPrompts ? Answer::prompt : Answer::text;
    }

    static Plausibility of(List<Preference> rows) {
        Set<Answer> answers = new LinkedHashSet<>();
        for (Preference row : rows) {
            String domain = row.domain() == null ? "" : row.domain();
            answers.add(new Answer(domain, row.promptText(), row.chosenText(), true));
            answers.add(new Answer(domain, row.promptText(), row.rejectedText(), false));
        }
        PlausibilityFit fit = new PlausibilityFit(answers);
        return fit.texts.size() < LEAST_TEXTS ? Plausibility.any() : fit.fit();
    }

    private Plausibility fit() {
        Measured[] measured = measured();
        double order = mean(measured, Measured::order, Measured::symbols);
        double usual = mean(measured, Measured::usual, Measured::stems);
        Tokens tokens = Tokens.fit(texts);
        Topics topics = Topics.fit(different(Answer::prompt));
        return new Plausibility(
                tokens,
                NGrams.fit(texts.stream().map(tokens::of).toList()),
                Vocabulary.fit(texts),
                topics,
                order,
                usual,
                Bound.of(
                        texts.stream().mapToDouble(text -> Math.log1p(Topics.words(text).size())),
                        0.2),
                Bound.of(
                        Arrays.stream(measured)
                                .mapToDouble(
                                        m -> Plausibility.excess(m.order(), order, m.symbols())),
                        1),
                Bound.of(
                        Arrays.stream(measured)
                                .mapToDouble(m -> Plausibility.excess(m.usual(), usual, m.stems())),
                        1),
                Bound.of(texts.stream().mapToDouble(text -> -Plausibility.repeated(text)), 0.1),
                Bound.of(Arrays.stream(measured).mapToDouble(Measured::relevance), 0.05),
                often(answer -> Refusal.is(answer.text())),
                often(
                        answer ->
                                topics.of(answer.prompt())
                                        .isEchoed(Topics.runs(Topics.words(answer.text())))));
    }

    private Measured[] measured() {
        Measured[] measured = new Measured[answers.size()];
        List<String> places = different(place);
        int folds = Math.min(FOLDS, places.size());
        for (int fold = 0; fold < folds; fold++) {
            Set<String> out = new TreeSet<>();
            for (int i = fold; i < places.size(); i += folds) {
                out.add(places.get(i));
            }
            Set<String> left = new TreeSet<>(); // also where they answer other prompts
            for (Answer answer : answers) {
                if (out.contains(place.apply(answer))) {
                    left.add(answer.text());
                }
            }
            List<Answer> kept =
                    answers.stream().filter(answer -> !out.contains(place.apply(answer))).toList();
            List<String> others = texts.stream().filter(Predicate.not(left::contains)).toList();
            Tokens tokens = Tokens.fit(others);
            NGrams grams = NGrams.fit(others.stream().map(tokens::of).toList());
            Vocabulary vocabulary = Vocabulary.fit(others);
            Topics topics = Topics.fit(kept.stream().map(Answer::prompt).toList());
            for (int i = 0; i < measured.length; i++) {
                Answer answer = answers.get(i);
                if (out.contains(place.apply(answer))) {
                    List<String> symbols = tokens.of(answer.text());
                    Set<String> stems = Topics.stems(Topics.words(answer.text()));
                    measured[i] =
                            new Measured(
                                    grams.order(symbols),
                                    symbols.size() + 1.0,
                                    vocabulary.usual(stems),
                                    stems.size() + 1.0,
                                    topics.of(answer.prompt()).share(stems));
                }
            }
        }
        return measured;
    }

    private static double mean(
            Measured[] measured, ToDoubleFunction<Measured> sum, ToDoubleFunction<Measured> of) {
        return Arrays.stream(measured).mapToDouble(sum).sum()
                / Arrays.stream(measured).mapToDouble(of).sum();
    }

    private boolean often(Predicate<Answer> kind) {
        long chosen = answers.stream().filter(Answer::chosen).count();
        return answers.stream().filter(Answer::chosen).filter(kind).count() > OFTEN * chosen;
    }

    private List<String> different(Function<Answer, String> part) {
        return List.copyOf(new TreeSet<>(answers.stream().map(part).toList()));
    }
}
