package org.kindred.datasets;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class Sha256Test {

    /** As {@code printf 'a\t1\né\n' | sha256sum} prints it; checkpoints hold such digests. */
    @Test
    void ofLines_twoLines_isTheDigestOfTheirText() {
        assertThat(Sha256.ofLines(List.of("a\t1", "é"), line -> line))
                .isEqualTo("69e5076bdbbead96ac38ebd3082e898cb01d76ae2c275d2480d4eba992a4c19b");
    }
}
