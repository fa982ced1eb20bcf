"""The words of each code that a recommendation answers with."""

from keywork.recommend.facts import Reason

WORDS = {
    Reason.NO_ROOM: "No key worker who may have them has room",
    Reason.NO_KEY_WORKERS: "The prison has no active, trained key worker",
    Reason.ALL_EXCLUDED: "Every active key worker is excluded for them",
    Reason.HIGH_COMPLEXITY: "Complexity of need is high: extra time with the POM instead of a key worker",
    Reason.ALREADY_ALLOCATED: "Has a key worker",
    Reason.PREVIOUS_KEY_WORKER: "Was their key worker here before",
    Reason.PREVIOUS_ENDED_BY_MANAGER: "A manager ended the time with their last key worker here",
    Reason.PREVIOUS_UNAVAILABLE: "Their previous key worker is not active, or not a trained key worker here any more",
    Reason.PREVIOUS_EXCLUDED: "Their previous key worker is excluded for them",
    Reason.PREVIOUS_FULL: "Their previous key worker has no room left",
    Reason.SAME_WING: "Works on their wing",
    Reason.WING_FULL: "No key worker of their wing who may have them has room left",
    Reason.LEVEL_LOAD: "Keeps the loads as level as the rest allows",
    Reason.ONLY_ONE: "No other key worker who may have them has room left",
}
