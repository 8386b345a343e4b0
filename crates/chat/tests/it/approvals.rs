use std::time::Duration;

use chat::approval::{ApprovalError, Needs, OPEN_FOR, Proposal, find};
use domain::Timestamp;

fn propose(plan: &str, by: &str, needs: Needs) -> Proposal {
    Proposal::new(plan.as_bytes(), "roll 1.4.2", by, Timestamp::from_seconds(1_000), needs)
}

#[test]
fn production_takes_two_people_and_the_rest_a_confirmation() {
    let now = Timestamp::from_seconds(1_060);
    let production = propose("plan", "T1/U2", Needs::SecondPerson);
    assert_eq!(production.approve("T1/U2", now), Err(ApprovalError::SamePerson));
    assert_eq!(production.approve("T1/U3", now), Ok(()));
    // The same id in another workspace is another person.
    assert_eq!(production.approve("T2/U2", now), Ok(()));
    assert_eq!(propose("plan", "T1/U2", Needs::Confirmation).approve("T1/U2", now), Ok(()));
}

#[test]
fn a_plan_is_open_for_a_quarter_of_an_hour() {
    let plan = propose("plan", "T1/U2", Needs::SecondPerson);
    let last = plan.at.plus(OPEN_FOR).minus(Duration::from_micros(1));
    assert_eq!(plan.approve("T1/U3", last), Ok(()));
    assert_eq!(plan.approve("T1/U3", plan.at.plus(OPEN_FOR)), Err(ApprovalError::Over));
}

#[test]
fn a_hash_names_one_plan_of_one_person_at_one_time() {
    let plans = [
        propose("plan", "T1/U2", Needs::SecondPerson),
        propose("plan!", "T1/U2", Needs::SecondPerson),
        propose("plan", "T1/U3", Needs::SecondPerson),
        Proposal::new(b"plan", "roll 1.4.2", "T1/U2", Timestamp::from_seconds(1_001), Needs::SecondPerson),
        // Bytes do not move from one part to the next.
        Proposal::new(b"planr", "oll 1.4.2", "T1/U2", Timestamp::from_seconds(1_000), Needs::SecondPerson),
    ];
    for plan in &plans {
        assert_eq!(find(&plans, plan.short()).unwrap(), plan);
        assert_eq!(find(&plans, &plan.hash).unwrap(), plan);
    }
    assert_eq!(find(&plans, "feedfacefeed"), Err(ApprovalError::Unknown("feedfacefeed".into())));
    assert_eq!(find(&plans, ""), Err(ApprovalError::Ambiguous(String::new())));
}
