# The fair analyses of the calibrated cohort by R (4.2.2, survival 3.5-3, cmprsk 2.2-11).
# Run from the repository's root: Rscript tests/pipelines/reference/record.R
suppressMessages({library(survival); library(cmprsk)})
options(digits = 15, warn = 1)
DAYS <- c(100, 300, 500, 1000); TAU <- 500
solution <- read.csv("simulation/calibration/solution.csv")
people <- with(solution, data.frame(
  id = seq_len(nrow(solution)), known = ifelse(group %in% c("mh", "nmh"), group, NA), relapse,
  end = T, seen = colonoscopy_day - remission_day, off = tac_duration - remission_day,
  age = age / 10, duration = uc_duration, resistant = 1 - steroid_dependent, cai = pretac_cai, tac = tac_duration
))
people <- people[!is.na(people$end), ]
people$seen[is.na(people$known)] <- NA
people$healed <- as.integer(people$known == "mh")

# one row a value of marts.estimates, under its names; what does not apply is empty
EMPTY <- c(analysis = "", method = "", measure = "", study_group = "", term = "", adjusted_for = "", t_days = "",
           test = "", estimate = "", lower = "", upper = "", p_value = "")
rows <- list()
add <- function(...) { row <- EMPTY; given <- sapply(list(...), as.character); row[names(given)] <- given
  rows[[length(rows) + 1]] <<- row }
HEALED <- "mucosal_healing"
ratio <- function(analysis, method, fit, column = "healed", term = HEALED, adjusted = "") {
  s <- summary(fit); k <- which(rownames(s$conf.int) == column); i <- s$conf.int[k, ]
  add(analysis = analysis, method = method, measure = "hazard_ratio", term = term, adjusted_for = adjusted,
      test = "wald", estimate = i[[1]], lower = i[[3]], upper = i[[4]],
      p_value = s$coefficients[k, ncol(s$coefficients)])
}
curves <- function(analysis, formula, data, labels) {
  fit <- summary(survfit(formula, data, conf.type = "log-log"), times = DAYS, extend = FALSE)
  for (i in seq_along(fit$time)) add(
    analysis = analysis, method = "kaplan_meier", measure = "relapse_probability",
    study_group = labels[as.integer(fit$strata[i])], t_days = fit$time[i],
    estimate = 1 - fit$surv[i], lower = 1 - fit$upper[i], upper = 1 - fit$lower[i])
}
landmark <- subset(people, !is.na(known) & end > seen); landmark$t <- landmark$end - landmark$seen
naive <- subset(people, !is.na(known)); naive$t <- naive$end
for (name in c("naive", "landmark")) {
  data <- get(name)
  curves(name, Surv(t, relapse) ~ healed, data, c("nmh", "mh"))
  fit <- coxph(Surv(t, relapse) ~ healed, data)
  ratio(name, "cox", fit)
  add(analysis = name, method = "cox", term = HEALED, test = "proportional_hazards",
      p_value = cox.zph(fit)$table["healed", "p"])
  add(analysis = name, method = "kaplan_meier", test = "log_rank",
      p_value = pchisq(survdiff(Surv(t, relapse) ~ healed, data)$chisq, 1, lower = FALSE))
  means <- survival:::survmean(survfit(Surv(t, relapse) ~ healed, data), rmean = TAU)$matrix
  difference <- means[2, "rmean"] - means[1, "rmean"]
  error <- sqrt(sum(means[, "se(rmean)"]^2)); reach <- qnorm(0.975) * error
  add(analysis = name, method = "kaplan_meier", measure = "restricted_mean_difference_days", term = HEALED,
      t_days = TAU, test = "wald", estimate = difference, lower = difference - reach, upper = difference + reach,
      p_value = 2 * pnorm(-abs(difference / error)))
}
late <- landmark; late$start <- pmax(late$seen, 0)
curves("delayed_entry", Surv(start, end, relapse) ~ healed, late, c("nmh", "mh"))
ratio("delayed_entry", "cox", coxph(Surv(start, end, relapse) ~ healed, late))
moving <- tmerge(people[, c("id", "known", "age")], people, id = id, event = event(end, relapse),
                 examined = tdc(seen), stopped = tdc(off))
moving$examined[is.na(moving$examined)] <- 0
moving$healed <- as.integer(moving$examined == 1 & moving$known %in% "mh"); moving$treated <- 1 - moving$stopped
risk <- Surv(moving$tstart, moving$tstop, moving$event)
curves("simon_makuch", risk ~ healed, moving, c("not_mh_so_far", "mh"))
ratio("time_dependent", "cox", coxph(risk ~ healed, moving))
ratio("time_dependent", "cox", coxph(risk ~ healed + examined, moving), adjusted = "examined")
ratio("time_dependent", "cox", coxph(risk ~ healed + examined + treated, moving), adjusted = "examined, on_treatment")
ratio("time_dependent", "cox", coxph(risk ~ healed + examined + treated + age, moving),
      adjusted = "examined, on_treatment, age_decades")
ratio("on_treatment", "cox", coxph(risk ~ treated, moving), column = "treated", term = "on_treatment")
moving$days <- moving$tstop - moving$tstart
time <- sapply(1:0, function(on) sum(moving$days[moving$treated == on]) / 36525)
struck <- sapply(1:0, function(on) sum(moving$event[moving$treated == on]))
for (i in 1:2) { found <- poisson.test(struck[i], time[i])
  add(analysis = "on_treatment", method = "person_time", measure = "events_per_100_patient_years",
      study_group = c("on_tacrolimus", "off_tacrolimus")[i], estimate = found$estimate, lower = found$conf.int[1],
      upper = found$conf.int[2]) }
found <- poisson.test(struck, time)
add(analysis = "on_treatment", method = "person_time", measure = "rate_ratio", term = "on_treatment",
    test = "exact_conditional", estimate = found$estimate, lower = found$conf.int[1], upper = found$conf.int[2],
    p_value = found$p.value)
grayed <- with(landmark, cuminc(t, relapse, healed))$Tests
add(analysis = "competing_risks", method = "aalen_johansen", term = "relapse", test = "gray",
    p_value = pchisq(grayed[1, "stat"], 1, lower = FALSE))
subdistribution <- with(landmark, crr(t, relapse, cbind(healed), gtol = 1e-12, maxiter = 100))
b <- subdistribution$coef[[1]]; error <- sqrt(subdistribution$var[1, 1]); reach <- qnorm(0.975) * error
add(analysis = "competing_risks", method = "fine_gray", measure = "relapse_subdistribution_hazard_ratio", term = HEALED,
    test = "wald", estimate = exp(b), lower = exp(b - reach), upper = exp(b + reach),
    p_value = 2 * pnorm(-abs(b / error)))
people$zero <- ifelse(is.na(people$seen), people$off, people$seen)
ended <- subset(people, end > zero); ended$t <- ended$end - ended$zero
chance <- fitted(glm(!is.na(seen) ~ age + duration + resistant + cai + tac, binomial, ended,
                     control = list(epsilon = 1e-14, maxit = 100)))
ended$w <- ifelse(is.na(ended$seen), 0, 1 / chance); ended$w <- ended$w * nrow(ended) / sum(ended$w)
ratio("examination_weights", "weighted_cox",
      coxph(Surv(t, relapse) ~ healed, subset(ended, w > 0), weights = w, robust = TRUE))

table <- as.data.frame(do.call(rbind, rows))
for (column in c("estimate", "lower", "upper", "p_value")) table[[column]] <- signif(as.numeric(table[[column]]), 12)
write.csv(table, "tests/pipelines/reference/estimates.csv", row.names = FALSE, na = "")
