//! The keys file and the commands that write it, while a server reads it.

use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

use cxpulse::config::keys_file;

use super::{Desk, Folder, add_key, bearer, change, cxpulse_keys};

const LIVE: &str = "/v1/accounts/acme/live";

fn stdout(output: &std::process::Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn stderr(output: &std::process::Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

#[test]
fn a_key_is_printed_once_and_its_file_is_for_its_owner_and_has_the_hash_alone() {
    let folder = Folder::new();
    let file = folder.keys();
    let created = cxpulse_keys(&["create", "--account", "acme,globex", "--note", "the wall"], &file);
    assert_eq!(created.status.code(), Some(0), "{}", stderr(&created));
    let key = stdout(&created).trim_end().to_owned();
    assert!(key.len() == 47 && key.starts_with("cxp_") && key[4..].chars().all(|c| c.is_ascii_alphanumeric()), "{key}");
    let text = std::fs::read_to_string(&file).expect("it is there");
    assert!(
        !text.contains(&key) && !stderr(&created).contains(&key) && text.contains("accounts = [\"acme\", \"globex\"]")
    );
    assert_eq!(std::fs::metadata(&file).expect("it is there").permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::read_dir(&folder.0).expect("a folder").count(), 1, "nothing is left beside it");
    let all = cxpulse_keys(&["create", "--account", "*", "--private"], &file);
    assert_ne!(stdout(&all).trim_end(), key);
    let listed = stdout(&cxpulse_keys(&["list"], &file));
    let lines: Vec<&str> = listed.lines().collect();
    assert!(lines[0].starts_with("ID        ACCOUNTS     PRIVATE  CREATED"), "{listed}");
    assert!(lines[1].contains("  acme,globex  no       20") && lines[1].ends_with("Z  the wall"), "{listed}");
    assert!(lines[2].contains("  *            yes      20") && lines.len() == 3, "{listed}");
    let desk = Desk::with_keys(&file);
    assert_eq!(desk.get(LIVE, &[&bearer(&key)]).status, 200);
}

#[test]
fn a_revoked_key_opens_nothing_a_second_later_and_the_others_go_on() {
    let folder = Folder::new();
    let file = folder.keys();
    let (key, id) = add_key(&file, 1, &["acme"], false);
    let (other, _) = add_key(&file, 2, &["acme"], false);
    let desk = Desk::with_keys(&file);
    let status = |key: &str| desk.get(LIVE, &[&bearer(key)]).status;
    assert_eq!((status(&key), status(&other)), (200, 200));
    let revoked = cxpulse_keys(&["revoke", &id], &file);
    assert_eq!((revoked.status.code(), stderr(&revoked)), (Some(0), format!("cxpulse: key {id} is revoked\n")));
    desk.after_ms(1_000);
    assert_eq!((status(&key), status(&other)), (401, 200));
    let (new, _) = add_key(&file, 3, &["acme"], false);
    assert_eq!(status(&new), 401, "the file is looked at once a second");
    desk.after_ms(1_000);
    assert_eq!(status(&new), 200);
    desk.after_ms(-3_600_000);
    change(&file, Vec::clear);
    assert_eq!(status(&new), 401, "a clock that is put back does not end the looking");
}

#[test]
fn a_key_with_other_rights_is_another_key_to_what_goes_on() {
    let folder = Folder::new();
    let (key, _) = add_key(&folder.keys(), 1, &["acme"], true);
    let desk = Desk::with_keys(&folder.keys());
    desk.get(LIVE, &[&bearer(&key)]);
    let caller = desk.caller.lock().expect("nobody fails").clone().expect("one asked");
    change(&folder.keys(), |keys| keys[0].note = "renamed".to_owned());
    desk.after_ms(1_000);
    assert!(desk.access.still_holds(&caller), "a note is no right");
    change(&folder.keys(), |keys| keys[0].private = false);
    desk.after_ms(1_000);
    assert!(!desk.access.still_holds(&caller));
    assert_eq!(desk.get(LIVE, &[&bearer(&key)]).json()["private"], false);
}

#[test]
fn a_file_that_went_wrong_changes_nothing_and_one_that_is_gone_opens_nothing() {
    let folder = Folder::new();
    let file = folder.keys();
    let (key, _) = add_key(&file, 1, &["acme"], false);
    let desk = Desk::with_keys(&file);
    let status = || {
        desk.after_ms(1_000);
        desk.get(LIVE, &[&bearer(&key)]).status
    };
    let right = std::fs::read_to_string(&file).expect("it is there");
    std::fs::write(&file, &right[..right.len() - 20]).expect("it can be written");
    assert_eq!(status(), 200, "half a file says nothing");
    std::fs::remove_file(&file).expect("it is there");
    assert_eq!(status(), 401);
    std::fs::write(&file, right).expect("it can be written");
    assert_eq!(status(), 200);
}

#[test]
fn keys_that_are_made_at_the_same_time_are_all_there() {
    let folder = Folder::new();
    let file = folder.keys();
    let create = |_| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cxpulse"));
        command.args(["keys", "create", "--account", "acme", "--keys-file"]).arg(&file);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts")
    };
    let children: Vec<_> = (0..12).map(create).collect();
    assert!(children.into_iter().all(|mut child| child.wait().expect("it ends").success()));
    assert_eq!(keys_file::read(&file).expect("a right file").len(), 12);
}

#[test]
fn what_is_wrong_with_a_command_about_keys_is_said_with_what_would_be_right() {
    let folder = Folder::new();
    let (file, nowhere) = (folder.keys(), folder.0.join("none/keys.toml"));
    add_key(&file, 1, &["acme"], false);
    let long = "x".repeat(201);
    for (arguments, file, said) in [
        (
            &["create", "--account", "acme,*"][..],
            &file,
            "--account \"acme,*\": it is no list of accounts; right would be ids",
        ),
        (&["create", "--account", "a b"], &file, "--account \"a b\": it is no list of accounts"),
        (&["create", "--account", "acme", "--note", &long], &file, "--note: it is no note; right would be at most 200"),
        (&["create", "--account", "acme"], &nowhere, "it cannot be written: No such file or directory"),
        (&["revoke", "nobody"], &file, "ID \"nobody\": "),
        (&["list"], &nowhere, "there is no such file; right would be one that `cxpulse keys create --keys-file` makes"),
    ] {
        let output = cxpulse_keys(arguments, file);
        let told = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
        assert!(told.contains(said) && told.contains("right would be "), "{told}");
    }
    assert_eq!(keys_file::read(&file).expect("it is as before").len(), 1);
    let mut without = Command::new(env!("CARGO_BIN_EXE_cxpulse"));
    let told = stderr(&without.args(["keys", "list"]).output().expect("the program starts"));
    assert!(told.starts_with("cxpulse: keys_file = \"\" (default): it names no file; right would be a path"), "{told}");
}
