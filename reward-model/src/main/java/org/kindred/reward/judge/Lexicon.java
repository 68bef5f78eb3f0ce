package org.kindred.reward.judge;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Word lists of general English, one a manner of speaking. Entries have one to three words, are
 * lower-case, and write the apostrophe straight.
 */
enum Lexicon {
    HEDGE(
            """
            maybe, perhaps, possibly, probably, might, may, could, somewhat, sort of, kind of, seems, \
            seem, appears, apparently, likely, unlikely, arguably, presumably, roughly, approximately, \
            generally, usually, often, sometimes, it depends, depends on, in some cases, tend to, \
            tends to, suggests, i think, i guess, i suppose, i believe, not sure, unsure, uncertain, \
            more or less, to some extent, in a way, as far as"""),
    CERTAINTY(
            """
            definitely, certainly, absolutely, clearly, obviously, undoubtedly, without doubt, no doubt, \
            always, never, must, surely, exactly, guaranteed, completely, totally, of course, in fact, \
            indeed, proven, precisely, entirely, every time, without question, beyond doubt, simply put"""),
    CASUAL(
            """
            hey, just, yeah, yep, nope, yup, gonna, wanna, gotta, kinda, sorta, dunno, ain't, cool, awesome, \
            stuff, guys, dude, buddy, folks, super, ok, okay, lol, haha, btw, tbh, imo, oh, wow, \
            pretty much, a bunch, tons, lots, kid, kids, cuz, y'all, yay, nah, hang out, crazy, \
            no biggie, no worries, heads up, you bet, big deal, check out, go for it, ya, pal, mate, \
            chill, legit, totally, hiya, sup, whatever, thing is"""),
    FORMAL(
            """
            therefore, furthermore, moreover, consequently, nevertheless, nonetheless, thus, hence, \
            accordingly, additionally, in addition, in conclusion, in summary, with regard to, \
            regarding, concerning, pursuant, whereas, whereby, therein, subsequently, prior to, \
            upon, shall, one should, it is advisable, it is recommended, recommended, advisable, \
            in order to, with respect to, respectively, notwithstanding, utilize, utilise, facilitate, \
            commence, obtain, endeavour, endeavor, sufficient, numerous, appropriate, assistance, \
            inquire, enquire, require, requires, ensure, ensures, provide, provides, consider, \
            significant, considerable, essential, optimal, individuals, prudent, ought, necessary, proceed, \
            hereby, hereafter, duly, permit, desirable, accordance, one \
            must, one may, one might"""),
    POLITE(
            """
            please, thank, thanks, thank you, you're welcome, you are welcome, kindly, sorry, apologies, \
            apologize, apologise, pardon, excuse me, if you like, if you wish, feel free, my pleasure, \
            glad to, happy to, i'd be happy, would you like, let me know, grateful, appreciate, with pleasure"""),
    GREETING(
            """
            hello, hi, hey, greetings, good morning, good evening, good afternoon, good day, dear, \
            welcome, hi there, hello there, cheers, regards, best wishes, take care, goodbye, bye, \
            see you, have fun, have a nice, have a great, have a good, all the best, nice to meet"""),
    ENCOURAGEMENT(
            """
            great, wonderful, fantastic, excellent, amazing, brilliant, lovely, good luck, well done, \
            you can do, you've got this, you got this, proud, congratulations, congrats, keep going, \
            keep it up, nice, perfect, enjoy, enjoyable, happy, joy, exciting, excited, fun, inspiring, \
            beautiful, delightful, good job, great job, great question, great idea, good idea, bravo, \
            awesome, believe in, don't give up, you'll do, worth it, rewarding, success, best"""),
    EMPATHY(
            """
            i understand, understandable, i know how, must be hard, that sounds, sounds hard, sounds tough, \
            sounds difficult, feel, feels, feeling, feelings, i hear you, i'm sorry, i am sorry, worry, \
            worried, worries, stress, stressful, overwhelming, overwhelmed, comfort, comforting, gentle, \
            gently, kind, kindness, be kind, heart, care, caring, support, you're not alone, not alone, \
            it's okay, it is okay, take your time, take a breath, breathe, patience, patient, tough, hug"""),
    PLAYFUL(
            """
            haha, hahaha, lol, joke, joking, kidding, just kidding, silly, funny, fun fact, laugh, \
            laughing, giggle, pun, goofy, spoiler, plot twist, wink, ta da, tada, voila, magic, party, \
            ninja, wizard, monster, treat yourself, cheeky, playful, hilarious, oops, whoops, yum, boom"""),
    WARMTH(
            """
            dear, friend, friends, friendly, happy, proud, luck, believe, believe in, love, loved, lovely, \
            sweet, smile, smiling, warm, warmly, \
            warmth, hug, hugs, delighted, delight, glad, thrilled, happy to, happily, pleased, cheer, \
            cheering, rooting for, together, welcome, wonderful, hope, hoping, wish, wishing, cosy, cozy, \
            gentle, gently, kind, kindly, kindness, thoughtful, care, caring, dearest, darling, honey, \
            heart, heartfelt, bless, blessed, joy, joyful, proud of, thank you, so much, by your side, \
            here for you, you deserve, good luck, all the best, best wishes, take care, congratulations, \
            support, encourage, encouraged, enjoy, beautiful, precious, tender, grateful"""),
    CURTNESS(
            """
            enough, complain, complaining, complaints, whine, whining, bother, bothering, excuse, excuses, \
            deal with it, get over it, your problem, your fault, your own, alone, stop, quit, no more, \
            nonsense, pathetic, lazy, waste, wasting, hurry, hurry up, that's all, that is all, period, \
            end of story, do not ask, don't ask, grow up, shut up, coddle, coddling, babysit, fool, foolish, \
            stupid, silly question, obviously, figure it out, not my problem, no sympathy, sympathy, pity, \
            fuss, drama, trivial, pointless, tedious, boring, bored, blunt, bluntly, sentiment, \
            sentimental, nobody cares, who cares, nobody, \
            weak, whatever, hardly, useless, ridiculous, annoying, annoyed, tired of, expect no, spare me, \
            move on, just do it, do it yourself, or else, demand, insist"""),
    ABSTRACTION(
            """
            abstract, aspect, aspects, concept, concepts, conceptual, notion, notions, idea, ideas, essence, \
            essential nature, nature of, principle, principles, in principle, theory, theoretical, in theory, \
            sense, sense of, framework, approach, approaches, perspective, perspectives, mindset, outlook, \
            attitude, philosophy, harmony, balance, balanced, spirit, spirit of, meaning, value, values, \
            quality, potential, process, context, dimension, dimensions, dynamic, dynamics, paradigm, \
            holistic, overall, overarching, general, in general, generally speaking, broad, broader, broadly, \
            whole, as a whole, on the whole, at large, big picture, bigger picture, universal, fundamental, \
            fundamentally, matters, manner, notional, factor, factors, various, certain way, kind of thing, \
            somehow, someone, something, somewhere, everything, anything, situation, situations, circumstances, \
            conditions, possibility, possibilities, vision, purpose, awareness, openness, understanding, \
            reflection, growth, progress, development, relationship between, level of, degree of"""),
    TIME_AND_PLACE(
            """
            monday, tuesday, wednesday, thursday, friday, saturday, sunday, january, february, march, april, \
            june, july, august, september, october, november, december, noon, midnight, morning, evening, \
            afternoon, tonight, today, tomorrow, yesterday, o'clock, am, pm, minute, minutes, hour, hours, \
            day, days, week, weeks, month, months, second, seconds, euro, euros, dollar, dollars, cent, cents, \
            metre, metres, meter, meters, kilometre, kilometres, mile, miles, gram, grams, kilo, kilos, litre, \
            litres, degrees, percent, street, avenue, city, town, station, corner, shop, market, paris, london, \
            berlin, rome, madrid, vienna, lisbon, tokyo, new york, amsterdam, prague, oslo, dublin, athens"""),
    CAUTION(
            """
            careful, carefully, caution, cautious, warning, warn, beware, risk, risks, risky, danger, \
            dangerous, hazard, unsafe, safety, safe, avoid, consult, consult a, seek professional, \
            professional advice, a professional, a doctor, an expert, keep in mind, bear in mind, \
            note that, be aware, however, disclaimer, side effects, limit, limits, limitations, \
            drawback, drawbacks, not recommended, make sure, double check, just in case"""),
    REASON(
            """
            because, since, therefore, as a result, the reason, reason, reasons, why, so that, due to, \
            thanks to, this means, which means, that means, in order to, hence, thus, consequently, \
            explains, explain, explanation, cause, causes, caused, leads to, lead to, owing to, given that"""),
    EXAMPLE(
            """
            for example, for instance, such as, e.g, like a, like the, imagine, consider the, say you, \
            suppose, example, examples, case in point, to illustrate, illustrates, including, namely, \
            in particular, specifically"""),
    EVIDENCE(
            """
            according to, study, studies, research, researchers, evidence, data, statistics, survey, \
            surveys, report, reports, reported, source, sources, scientists, experts, shown, shows, \
            found that, analysis, published, journal, university, percent, average, measured, estimate, \
            estimates, estimated, fact, facts, figures, on record, documented"""),
    STORY(
            """
            story, stories, tale, once, imagine, picture, remember, dream, dreams, journey, adventure, \
            like a, as if, as though, whisper, whispers, dance, dances, dancing, shine, shines, glow, \
            golden, moonlight, sunlight, river, ocean, sky, stars, song, soul, magic, magical, painted, \
            canvas, tapestry, world of, once upon, long ago, one day, heart of"""),
    STEP(
            """
            first, firstly, second, secondly, third, thirdly, fourth, next, then, finally, lastly, step, \
            steps, after that, begin by, start by, start with, to begin, in the end, before that, \
            afterwards, at last, one by one, step by, follow these"""),
    NEGATION(
            """
            not, no, never, none, nothing, nobody, neither, nor, without, cannot, can't, don't, doesn't, \
            didn't, won't, wouldn't, shouldn't, couldn't, isn't, aren't, wasn't, weren't, haven't, hasn't, \
            unfortunately, impossible, unable, lack, lacks, fail, fails"""),
    FIRST_PERSON(
            "i, me, my, mine, myself, i'm, i've, i'd, i'll, we, us, our, ours, we're, we've, we'll, let's"),
    SECOND_PERSON("you, your, yours, yourself, yourselves, you're, you've, you'd, you'll, y'all"),
    /** Base forms that often open an instruction. */
    IMPERATIVE(
            """
            add, ask, avoid, begin, bake, book, boil, break, bring, build, buy, call, check, choose, \
            clean, clear, close, collect, compare, consider, cook, count, cover, create, cut, decide, \
            do, don't, draw, drink, drop, eat, enjoy, ensure, explore, fill, find, focus, follow, get, \
            give, go, grab, heat, hold, imagine, include, join, keep, learn, leave, let, limit, list, \
            listen, look, make, measure, mix, move, note, open, pack, pay, pick, place, plan, plant, play, \
            pour, practice, practise, prepare, press, pull, push, put, read, remember, remove, rest, \
            review, run, save, search, see, select, send, serve, set, share, show, sit, skip, sleep, \
            slow, speak, spend, stand, start, stay, stick, stir, stop, store, study, take, talk, taste, \
            tell, test, think, throw, track, train, travel, treat, trust, try, turn, use, visit, wait, \
            walk, warm, wash, watch, water, wear, work, write""");

    private static final int LONGEST_ENTRY = 3; // words
    private static final Map<String, List<Lexicon>> BY_ENTRY = new HashMap<>();

    static {
        for (Lexicon lexicon : values()) {
            Arrays.stream(lexicon.entries.split(",", -1))
                    .map(String::strip)
                    .distinct()
                    .forEach(
                            entry ->
                                    BY_ENTRY.computeIfAbsent(entry, key -> new ArrayList<>(1))
                                            .add(lexicon));
        }
    }

    private final String entries;

    Lexicon(String entries) {
        this.entries = entries;
    }

    /** How often entries of each list stand in a text; overlapping entries all count. */
    static Map<Lexicon, Integer> count(List<String> words) {
        Map<Lexicon, Integer> counts = new EnumMap<>(Lexicon.class);
        for (int start = 0; start < words.size(); start++) {
            String entry = words.get(start);
            for (int length = 1; ; length++) {
                for (Lexicon lexicon : BY_ENTRY.getOrDefault(entry, List.of())) {
                    counts.merge(lexicon, 1, Integer::sum);
                }
                if (length == LONGEST_ENTRY || start + length == words.size()) {
                    break;
                }
                entry = entry + " " + words.get(start + length);
            }
        }
        return counts;
    }

    boolean contains(String entry) {
        return BY_ENTRY.getOrDefault(entry, List.of()).contains(this);
    }
}
