//! Names and sentences: what the simulated people are called and say.
//!
//! Invented, but written and treated like the private text of real ones: with accents, quotes and emoji in it.

use super::random::Random;
use crate::domain::event::Private;

pub(super) const ACCOUNTS: [&str; 8] =
    ["northwind", "bluebird", "cobalt", "juniper", "lighthouse", "marigold", "orchard", "sandpiper"];

pub(super) const SKILLS: [&str; 12] = [
    "support",
    "billing",
    "orders",
    "delivery",
    "returns",
    "technical",
    "sales",
    "accounts",
    "warranty",
    "complaints",
    "partners",
    "retention",
];

pub(super) const CHANNELS: [&str; 5] = ["web chat", "whatsapp", "sms", "email", "voice"];

pub(super) const TOPICS: [&str; 14] = [
    "refund",
    "late delivery",
    "invoice",
    "login",
    "broken on arrival",
    "change of address",
    "upgrade",
    "cancellation",
    "password",
    "discount",
    "opening hours",
    "installation",
    "spare parts",
    "rückgabe",
];

const FIRST_NAMES: [&str; 16] = [
    "Ada", "Björn", "Chloé", "Dmitri", "Élise", "Farah", "Giulia", "Hiro", "Inês", "Jürgen", "Kwame", "Łucja", "Mei",
    "Noor", "Olu", "Priya",
];

const LAST_NAMES: [&str; 16] = [
    "Andersen", "Brandt", "Castillo", "Dubois", "Eriksen", "Fischer", "Garcia", "Hansen", "Ivanova", "Jansen", "Kumar",
    "López", "Müller", "Nakamura", "O'Brien", "Petrov",
];

pub(super) const ASKS: [&str; 12] = [
    "Hello, my parcel has not arrived and the tracking page says \"delivered\" since Tuesday.",
    "I was charged twice this month, can somebody look at this please?",
    "Hi",
    "Still nothing 😕",
    "The app shows error 0x80070057\nwhen I press Save.",
    "Could you change the delivery address? We moved last week, the new one is in my profile.",
    "Ich möchte meine Bestellung zurückschicken, das Gerät läßt sich nicht einschalten.",
    "Thanks, that worked!",
    "No, I tried that already. Twice. It still asks for the old password and then logs me out.",
    "ok",
    "¿Puedo cambiar la fecha de entrega?",
    "And how long will the refund take? My bank says it can't see anything yet.",
];

pub(super) const ANSWERS: [&str; 10] = [
    "Thank you for waiting. I am looking into it right now.",
    "I have found your order. It left our warehouse yesterday and should be with you by Thursday.",
    "Could you tell me the e-mail address of the account?",
    "I am sorry about that! I have refunded the second charge, you should see it in three to five days.",
    "Please try to sign out everywhere, then open the link I have just sent you and choose a new password.",
    "Done 👍",
    "Let me ask a colleague from the technical team, one moment please.",
    "You're welcome. Is there anything else I can do for you today?",
    "Das tut mir leid. Ich schicke Ihnen gleich ein Rücksende-Etikett.",
    "I've changed the address, the confirmation is on its way.",
];

pub(super) const BOT_LINES: [&str; 5] = [
    "Hi! I am the virtual assistant. What is it about?",
    "Please choose: 1 orders, 2 billing, 3 something else.",
    "Is this the answer you were looking for?",
    "I will connect you with a colleague.",
    "Your request has been received.",
];

pub(super) const COMMENTS: [&str; 8] = [
    "Very friendly, thank you!",
    "Took far too long.",
    "Solved in two minutes 👏",
    "I had to explain everything three times.",
    "ok",
    "The agent knew her \"stuff\".",
    "Leider keine Lösung bekommen.",
    "Quick and polite, but the problem came back the next day.",
];

/// A person's name, always the same for the same number.
pub(super) fn person(number: u32) -> Private<'static> {
    let first = FIRST_NAMES[number as usize % FIRST_NAMES.len()];
    let last = LAST_NAMES[(number as usize / FIRST_NAMES.len()) % LAST_NAMES.len()];
    Private::new([first, " ", last].concat())
}

/// A message: its length, and in some cases its words. Most sources send the length alone.
pub(super) fn message(sentences: &[&'static str], random: &mut Random) -> (u32, Option<Private<'static>>) {
    if random.chance(700) {
        return (random.between(2, 260), None);
    }
    let text = random.pick(sentences);
    (text.chars().count() as u32, Some(Private::new(text)))
}
