package org.kindred.datasets;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What makes two rows dependent. Marks carry their kind as first character, so that a prompt that
 * equals an answer is not mistaken for it.
 */
final class Units {
    private final boolean onePrompt;

    private Units(boolean onePrompt) {
        this.onePrompt = onePrompt;
    }

    static Units of(Collection<Preference> rows) {
        long prompts = rows.stream().map(Preference::promptText).distinct().limit(2).count();
        return new Units(prompts == 1 && rows.size() > 1);
    }

    /** False if the prompt of every row is the same: then it is an instruction, not an item. */
    boolean promptIsItem() {
        return !onePrompt;
    }

    /** What is put on one side or the other. */
    Set<String> of(Preference row) {
        if (promptIsItem()) {
            return Set.of(prompt(row));
        }
        return row.itemIds() == null || row.itemIds().isEmpty() ? answers(row) : items(row);
    }

    /** Everything that two rows may share. */
    Set<String> marks(Preference row) {
        Set<String> marks = new HashSet<>(answers(row));
        marks.addAll(items(row));
        if (promptIsItem()) {
            marks.add(prompt(row));
        }
        return marks;
    }

    static String prompt(Preference row) {
        return "p" + row.promptText();
    }

    static Set<String> answers(Preference row) {
        return new HashSet<>(List.of("a" + row.chosenText(), "a" + row.rejectedText()));
    }

    static Set<String> items(Preference row) {
        Set<String> items = new HashSet<>();
        if (row.itemIds() != null) {
            row.itemIds().forEach(id -> items.add("i" + id));
        }
        return items;
    }
}
