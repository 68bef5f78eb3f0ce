package org.kindred.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.Preference;

final class UserContextTest {

    @Test
    void toString_always_hidesTheUser() {
        assertThat(new UserContext("alice", List.of()))
                .hasToString("UserContext[redacted, 0 choices]");
    }

    @Test
    void constructor_rowOfAnotherUser_isRefused() {
        Preference row = TwoCamps.rows(1, 1, 1).get(0);

        assertThatThrownBy(() -> new UserContext("someone-else", List.of(row)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("belongs to another user");
    }

    @Test
    void byUser_shuffledRows_areSortedBySlot() {
        List<Preference> rows = new java.util.ArrayList<>(TwoCamps.rows(2, 12, 1));
        Collections.reverse(rows);

        Map<String, UserContext> contexts = UserContext.byUser(rows);

        assertThat(contexts.keySet()).containsExactly("u00", "u01");
        assertThat(contexts.get("u01").history())
                .extracting(Preference::slot)
                .containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
        assertThat(contexts.get("u00").firstChoices(3).history()).hasSize(3);
    }
}
