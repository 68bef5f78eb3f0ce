package org.kindred.reward.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What every writer of chains must do. */
public abstract class ChainWriterContract {

    protected abstract ChainWriter writer();

    protected abstract ChainRequest request();

    @Test
    void write_severalSamples_givesOneOutcomeEach() {
        assertThat(writer().write(request(), Samples.of(1))).hasSize(1);
        assertThat(writer().write(request(), Samples.of(5))).hasSize(5);
    }

    @Test
    void write_anyChain_hasAScoreEntryForEachResponse() {
        for (ChainOutcome outcome : writer().write(request(), Samples.of(3))) {
            if (outcome instanceof ChainOutcome.Written written) {
                EvaluationChain chain = written.chain();
                assertThat(chain.scores()).hasSameSizeAs(request().responses());
                assertThat(chain.persona()).isNotBlank();
                for (Double score : chain.scores()) {
                    if (score != null) {
                        assertThat(score).isBetween(1.0, 10.0);
                    }
                }
            }
        }
    }

    @Test
    void write_sameRequest_givesTheSameChains() {
        List<ChainOutcome> once = writer().write(request(), Samples.of(3));

        assertThat(writer().write(request(), Samples.of(3))).isEqualTo(once);
    }

    @Test
    void name_always_isGiven() {
        assertThat(writer().name()).isNotBlank();
    }
}
