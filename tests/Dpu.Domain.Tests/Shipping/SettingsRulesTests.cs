using System.Collections.Immutable;
using Dpu.Domain.Shipping;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Shipping;

public sealed class SettingsRulesTests
{
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(2000);
    private const string Secret = "hunter2";

    private static readonly string[] SecretNames = ["password", "database_password", "DB-PassWord", "passwd", "my.secret", "api_key", "APIKEY", "oauth_token", "credentials", "auth", "pwd", "pass", "pin", "private", "cookie"];
    private static readonly string[] HarmlessNames = ["project", "database_user", "dpu_name", "host", "port", "data_server", "filters", "chip"];
    private static readonly string[] Ends = ["\n", "\r\n", "\r", "\u2028", "\f"];

    /// <summary>Wherever a secret stands, under whatever name that says so, in whatever form: it is not in what goes along, and nor is it in what is said about that.</summary>
    [Fact]
    public void No_secret_travels() => Prop.ForAll(
        (from lines in LineOf().ListOf()
         from end in Gen.Elements(Ends)
         select string.Join(end, lines)).ToArbitrary(),
        configuration =>
        {
            var filtered = SettingsRules.Filter(ImmutableDictionary<string, string>.Empty, configuration);

            return !(filtered.Settings.Configuration ?? "").Contains(Secret) && !(filtered.Warning ?? "").Contains(Secret);
        }).Check(Many);

    [Fact]
    public void What_was_filtered_once_is_filtered() => Prop.ForAll(
        (from lines in LineOf().ListOf()
         from end in Gen.Elements(Ends)
         select string.Join(end, lines)).ToArbitrary(),
        configuration =>
        {
            var once = SettingsRules.Filter(ImmutableDictionary<string, string>.Empty, configuration).Settings;
            var twice = SettingsRules.Filter(once.Variables, once.Configuration);

            return twice.LeftOut.IsEmpty && twice.Settings.Configuration == once.Configuration;
        }).Check(Many);

    [Fact]
    public void No_secret_variable_travels() => Prop.ForAll(
        (from name in Gen.Elements(SecretNames)
         from before in Gen.Elements("", "AWE_", "my")
         from behind in Gen.Elements("", "_2", "FILE", "_x")
         from value in WickedText.Arbitrary.Generator
         select (Name: before + name + (name.Length > 4 ? behind : ""), Value: value)).ToArbitrary(),
        variable => (variable.Name.StartsWith("my", StringComparison.Ordinal) && variable.Name.Length <= 6)
            || SettingsRules.Filter(new Dictionary<string, string> { [variable.Name] = variable.Value }, null).Settings.Variables.IsEmpty).Check(Many);

    [Fact]
    public void What_is_harmless_travels_as_it_is()
    {
        const string Configuration = "# my own\n[global]\nproject : KIDS, \"north\"\ndatabase_user = jane\n\nfilters = u,g, r\n  i z\n[other]\nhost: db.example.org\n";
        var variables = new Dictionary<string, string> { ["PROJECT"] = "8,6 'x'\n\"y\"", ["AWE_SERVER"] = "https://ds.example.org:8080/a?b=c" };

        var filtered = SettingsRules.Filter(variables, Configuration);

        filtered.LeftOut.ShouldBeEmpty();
        filtered.Warning.ShouldBeNull();
        filtered.Settings.Configuration.ShouldBe(Configuration);
        filtered.Settings.Variables.ShouldBe(variables, ignoreOrder: true);
    }

    [Fact]
    public void What_is_left_out_is_said_by_name_only()
    {
        var filtered = SettingsRules.Filter(
            new Dictionary<string, string> { ["DB_TOKEN"] = Secret, ["LD_LIBRARY_PATH"] = "/lib", ["OK"] = "1" },
            $"[global]\ndatabase_password : {Secret}\n  and more {Secret}\nproject : x\n[keys]\nwhatever = {Secret}\n");

        filtered.Settings.Variables.Keys.ShouldBe(["OK"]);
        filtered.Settings.Configuration.ShouldBe("[global]\nproject : x\n");
        filtered.LeftOut.ShouldBe(["$DB_TOKEN", "$LD_LIBRARY_PATH", "database_password of Environment.cfg", "section [keys] of Environment.cfg"]);
    }

    [Theory]
    [InlineData("postgres://jane:hunter2@db/x")]
    [InlineData("awtest/hunter2@db.astro")]
    [InlineData("Bearer abc")]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----")]
    [InlineData("x; password=abc")]
    [InlineData("ghp_0123456789abcdefghij")]
    [InlineData("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    [InlineData("dGhpcyBpcyBhIHNlY3JldCBvZiBtaW5lIDEyMw==")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N")]
    [InlineData("dpu-user:abc:0123456789abcdef")]
    public void A_value_that_looks_secret_is_one(string value) => SecretRules.IsSecretValue(value).ShouldBeTrue();

    [Theory]
    [InlineData("/home/jane/awe/astro-wise-release")]
    [InlineData("jane@astro.example.org")]
    [InlineData("http://host:8470/x?y=1")]
    [InlineData("2000-04-28T09:55:55")]
    [InlineData("CDF4_B_?")]
    [InlineData("")]
    public void A_usual_value_is_none(string value) => SecretRules.IsSecretValue(value).ShouldBeFalse();

    [Theory]
    [InlineData("PATH")]
    [InlineData("path")]
    [InlineData("LD_PRELOAD")]
    [InlineData("PYTHONSTARTUP")]
    [InlineData("BASH_ENV")]
    [InlineData("DPU_NODE")]
    [InlineData("HOME")]
    [InlineData("DOTNET_STARTUP_HOOKS")]
    [InlineData("AWEPIPE")]
    [InlineData("PERL5OPT")]
    public void What_says_how_programs_start_is_the_nodes_own(string name) => VariableNames.IsReserved(name).ShouldBeTrue();

    [Fact]
    public void Variables_override_what_the_configuration_sets()
    {
        KeyValuePair<string, string>[] environment = [new("PROJECT", "a"), new("Database_User", "b"), new("AWE_X", "c"), new("EDITOR", "vi"), new("PATH", "/bin"), new("UNRELATED", "d"), new("AWEPIPE", "/x")];

        SettingsRules.Overriding(environment, "[global]\nproject : x\ndatabase_user: y\n").Keys.ShouldBe(["AWE_X", "Database_User", "PROJECT"]);
        SettingsRules.Overriding(environment, null).Keys.ShouldBe(["AWE_X"]);
    }

    [Fact]
    public void Too_much_is_refused()
    {
        SettingsRules.FlawOf(ImmutableDictionary<string, string>.Empty, new string('x', SettingsRules.BytesMax + 1)).ShouldNotBeNull();
        SettingsRules.FlawOf(new Dictionary<string, string> { ["A"] = new('x', SettingsRules.BytesMax + 1) }, null).ShouldNotBeNull();
        SettingsRules.FlawOf(Enumerable.Range(0, 501).ToDictionary(i => $"A{i}", _ => "x"), null).ShouldNotBeNull();
        SettingsRules.FlawOf(new Dictionary<string, string> { ["A"] = "x\ny" }, "[a]").ShouldBeNull();
    }

    private static Gen<string> LineOf() => Gen.OneOf(
        from name in Gen.Elements(HarmlessNames)
        from separator in Gen.Elements(":", " = ", " : ", "=")
        from value in Gen.Elements("a", "8,6", "\"x\"", "u g r", "")
        select name + separator + value,
        from name in Gen.Elements(SecretNames)
        from space in Gen.Elements("", "", " ", "\t")
        from separator in Gen.Elements(":", " = ", " : ", "=")
        from value in Gen.Elements(Secret, $"'{Secret}'", $"[{Secret}]", $"\n   {Secret}", $"\n\t[{Secret}]\n  {Secret}", $"\n\n  more: {Secret}")
        select space + name + separator + value,
        from name in Gen.Elements("keys", "passwords", "my secrets", "db:password", "tokens")
        select $"[{name}]\nx = {Secret}\n  y: {Secret}\n{Secret}\n  [{Secret}]",
        from name in Gen.Elements(HarmlessNames)
        from value in Gen.Elements($"postgres://jane:{Secret}@db", $"jane/{Secret}@db", $"user jane password {Secret}", $"x pwd={Secret}", $"Bearer {Secret}")
        select $"{name} = {value}",
        Gen.Elements("[global]", "[other one]", "", "# remark", "; remark", $"# password is {Secret}", "  going on", "no separator here"));
}
