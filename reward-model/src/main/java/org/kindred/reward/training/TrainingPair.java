package org.kindred.reward.training;

import java.util.ArrayList;
import java.util.List;
import org.kindred.datasets.Preference;
import org.kindred.reward.UserContext;
import org.kindred.reward.chain.ChainRequest;

/**
 * A choice to be judged from the user's other choices.
 *
 * @param id of the row
 * @param user with the past that may be read, which does not hold this choice
 * @param stated what the user said to want; shown to teachers, never to a model in training
 */
public record TrainingPair(
        String id,
        UserContext user,
        String prompt,
        String chosen,
        String rejected,
        List<String> stated) {

    public TrainingPair {
        stated = List.copyOf(stated);
    }

    /**
     * Each choice of a user, with the first of the others as the past.
     *
     * @param shots most past choices
     */
    public static List<TrainingPair> leaveOneOut(UserContext user, int shots, List<String> stated) {
        List<TrainingPair> pairs = new ArrayList<>();
        for (int i = 0; i < user.history().size(); i++) {
            List<Preference> others = new ArrayList<>(user.history());
            others.remove(i);
            UserContext past = new UserContext(user.userId(), others).firstChoices(shots);
            pairs.add(of(user.history().get(i), past, stated));
        }
        return pairs;
    }

    /** A choice of a user with a given past. */
    public static TrainingPair of(Preference row, UserContext past, List<String> stated) {
        return new TrainingPair(
                row.id(), past, row.promptText(), row.chosenText(), row.rejectedText(), stated);
    }

    /** As a model in training is asked: without stated wishes. */
    public ChainRequest request(boolean chosenFirst) {
        return new ChainRequest(user, prompt, responses(chosenFirst));
    }

    /** As a teacher is asked. */
    public ChainRequest teacherRequest(boolean chosenFirst) {
        return new ChainRequest(user, prompt, responses(chosenFirst), stated, user.userId());
    }

    private List<String> responses(boolean chosenFirst) {
        return chosenFirst ? List.of(chosen, rejected) : List.of(rejected, chosen);
    }

    /** Redacted: holds texts of users. */
    @Override
    public String toString() {
        return "TrainingPair[" + id + "]";
    }
}
