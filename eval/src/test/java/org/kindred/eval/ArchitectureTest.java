package org.kindred.eval;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/**
 * Imports run one way: cli -> serve -> pipeline -> eval -> reward-model -> policy-trainer ->
 * datasets.
 */
@AnalyzeClasses(
        packages = "org.kindred",
        importOptions = {
            ImportOption.DoNotIncludeTests.class,
            ArchitectureTest.WithoutTestJars.class
        })
final class ArchitectureTest {

    /** Classes that modules lend to each other's tests. */
    static final class WithoutTestJars implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("-tests.jar");
        }
    }

    @ArchTest
    static final ArchRule modulesDependOneWay =
            layeredArchitecture()
                    .consideringOnlyDependenciesInLayers()
                    .layer("datasets")
                    .definedBy("org.kindred.datasets..", "org.kindred.options..")
                    .layer("policy")
                    .definedBy("org.kindred.policy..")
                    .layer("reward")
                    .definedBy("org.kindred.reward..")
                    .layer("eval")
                    .definedBy("org.kindred.eval..")
                    .layer("pipeline")
                    .definedBy("org.kindred.pipeline..")
                    .layer("serve")
                    .definedBy("org.kindred.serve..")
                    .layer("cli")
                    .definedBy("org.kindred.cli..")
                    .whereLayer("cli")
                    .mayNotBeAccessedByAnyLayer()
                    .whereLayer("serve")
                    .mayOnlyBeAccessedByLayers("cli")
                    .whereLayer("pipeline")
                    .mayOnlyBeAccessedByLayers("serve", "cli")
                    .whereLayer("eval")
                    .mayOnlyBeAccessedByLayers("pipeline", "serve", "cli")
                    .whereLayer("reward")
                    .mayOnlyBeAccessedByLayers("eval", "pipeline", "serve", "cli")
                    .whereLayer("policy")
                    .mayOnlyBeAccessedByLayers("reward", "eval", "pipeline", "serve", "cli");

    @ArchTest
    static final ArchRule latentTruthIsReadByEvaluationAlone =
            noClasses()
                    .that()
                    .resideInAnyPackage("org.kindred.reward..", "org.kindred.policy..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("org.kindred.datasets.simulation..");

    @ArchTest
    static final ArchRule onlyTheCommandLinePrintsOrExits =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("org.kindred.cli..")
                    .and()
                    .doNotHaveSimpleName(
                            "EngineProbe") // a process of its own, whose exit status is its answer
                    .should()
                    .accessField(System.class, "out")
                    .orShould()
                    .accessField(System.class, "err")
                    .orShould()
                    .callMethod(System.class, "exit", int.class);

    @ArchTest
    static final ArchRule noJavaSerialisation =
            noClasses()
                    .should()
                    .dependOnClassesThat()
                    .haveNameMatching("java\\.io\\.Object(In|Out)putStream");

    @ArchTest
    static final ArchRule randomnessComesFromTheSeedTree =
            noClasses()
                    .should()
                    .dependOnClassesThat()
                    .haveNameMatching("java\\.util\\.(Random|concurrent\\.ThreadLocalRandom)")
                    .orShould()
                    .callMethod(Math.class, "random");

    @ArchTest
    static final ArchRule packagesAreFreeOfCycles =
            slices().matching("org.kindred.(**)").should().beFreeOfCycles();
}
